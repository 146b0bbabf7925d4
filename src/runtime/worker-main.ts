import { parentPort } from 'node:worker_threads';
import { flattenError } from './worker-errors.js';

interface Request {
  readonly id: number;
  readonly module: string;
  readonly task: string;
  readonly input: unknown;
}

async function answer(request: Request): Promise<void> {
  try {
    const loaded = (await import(request.module)) as Record<string, unknown>;
    const task = loaded[request.task];
    if (typeof task !== 'function') throw new Error(`'${request.task}' is no function of its module.`);
    const output = await (task as (input: unknown) => unknown)(request.input);
    parentPort?.postMessage({ id: request.id, output });
  } catch (error) {
    parentPort?.postMessage({ id: request.id, error: flattenError(error) });
  }
}

parentPort?.on('message', (request: Request) => void answer(request));
