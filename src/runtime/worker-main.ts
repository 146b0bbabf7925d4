import { parentPort } from 'node:worker_threads';
import { runCall } from './worker-call.js';
import { flattenError } from './worker-errors.js';

interface Request {
  readonly id: number;
  readonly module: string;
  readonly task: string;
  readonly input: unknown;
}

async function answer(request: Request): Promise<void> {
  try {
    parentPort?.postMessage({ id: request.id, output: await runCall(request) });
  } catch (error) {
    parentPort?.postMessage({ id: request.id, error: flattenError(error) });
  }
}

parentPort?.on('message', (request: Request) => void answer(request));
