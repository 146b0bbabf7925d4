import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../core/index.js';
import { explainWriteError } from '../runtime/index.js';

const lockName = '.lock';

/**
 * Holds a run folder for this process, so that two runs never write into it at once. A lock left by a process that
 * was killed is taken over, and the unfinished folders that it left (`*.tmp-<pid>`) are removed.
 * @throws UserError `RUN_LOCKED` when another live process holds the folder.
 */
export async function withRunLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, lockName);
  await acquire(folder, file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(folder: string, file: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      if (await create(file)) break;
      const holder = Number(await readFile(file, 'utf8').catch(() => ''));
      if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isAlive(holder)) {
        throw new UserError('RUN_LOCKED', `The run folder ${folder} is in use by process ${holder}.`, {
          fix: 'wait until it ends, or give this run another name with --name',
        });
      }
      await rm(file, { force: true });
    }
    for (const name of await readdir(folder)) {
      if (/\.tmp-\d+$/.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}

async function create(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
