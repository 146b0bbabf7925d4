import { parentPort } from 'node:worker_threads';
import { isMoved, runCall } from './worker-call.js';
import { flattenError } from './worker-errors.js';

interface Request {
  readonly id: number;
  readonly module: string;
  readonly task: string;
  readonly input: unknown;
}

async function answer(request: Request): Promise<void> {
  try {
    const done = await runCall(request);
    const { output, buffers } = isMoved(done) ? done : { output: done, buffers: [] };
    parentPort?.postMessage({ id: request.id, output }, buffers);
  } catch (error) {
    parentPort?.postMessage({ id: request.id, error: flattenError(error) });
  }
}

parentPort?.on('message', (request: Request) => void answer(request));
