import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Database } from '../duckdb/index.js';
import type { RunContext } from '../runtime/index.js';

/** Memory of the database that an export finishes with, in MiB; beyond it queries spill into the output folder. */
const memoryLimitMiB = 768;

/** Works with a database that spills into `folder`; nothing of it is left there. */
export async function withDatabase(
  folder: string,
  context: RunContext,
  work: (db: Database) => Promise<void>,
): Promise<void> {
  const spill = path.join(folder, '.spill');
  const db = await Database.open({
    threads: context.pool.size,
    memoryLimitMiB,
    temporaryFolder: spill,
    signal: context.signal,
  });
  try {
    await work(db);
  } finally {
    db.close();
    await rm(spill, { recursive: true, force: true });
  }
}
