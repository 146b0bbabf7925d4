import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InterruptedError, UserError } from '../core/index.js';

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or choose another output folder',
  EDQUOT: 'your disk quota is used up: free some space, or choose another output folder',
  EACCES: 'you may not write there: choose another output folder, or change its permissions',
  EPERM: 'you may not write there: choose another output folder, or change its permissions',
  EROFS: 'that file system is read-only: choose another output folder',
  ENOTDIR: 'a part of that path is a file: choose another output folder',
  EEXIST: 'a part of that path is a file: choose another output folder',
  EISDIR: 'a folder has that name: choose another output folder, or move it away',
};

/** Turns a file-system error on writing into one that says what to do; leaves any other error as it is. */
export function explainWriteError(error: unknown, target: string): unknown {
  const { code = '', syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  // Node's recursive mkdir says ENOENT on a read-only file system.
  const fix = code === 'ENOENT' && syscall === 'mkdir' ? advice['EROFS'] : advice[code];
  return fix === undefined
    ? error
    : new UserError(`WRITE_${code}`, `Cannot write ${target}.`, { got: code, fix, cause: error });
}

/**
 * Writes a file so that a crash leaves either the old content or the new one: the bytes go to a neighbour
 * `<name>.tmp-<pid>`, are flushed, and renamed.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeFileAtomic(target: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${target}.tmp-${process.pid}`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainWriteError(error, target);
  }
}

/**
 * Builds a folder as a whole: `build` fills a neighbour `<name>.tmp-<pid>`, which takes the target's name only when
 * `build` has succeeded; after an error nothing is left. An existing target is replaced only when it is empty or
 * holds the file `marker` (so it is an earlier output of ours); anything else is refused before work begins.
 *
 * With `resume` the neighbour is `<name>.part-<key>` and stays, if it holds the file `journal`, when the work is interrupted (or the process
 * killed): the next call with the same key finds it as it was left, and `build` goes on from its journal, which it removes in the end.
 * @throws UserError `OUTPUT_NOT_OURS`, `OUTPUT_BUSY` when another process fills the neighbour, `WRITE_*` when the place cannot be written.
 */
export async function buildFolderAtomic<T>(
  target: string,
  marker: string,
  build: (folder: string) => Promise<T>,
  resume?: { readonly key: string; readonly journal: string },
): Promise<T> {
  const clean = path.resolve(target);
  const temporary = resume === undefined ? `${clean}.tmp-${process.pid}` : `${clean}.part-${resume.key}`;
  const earlier = `${clean}.old-${process.pid}`;
  const present = await listFolder(clean);
  if (present !== undefined && present.length > 0 && !present.includes(marker)) {
    throw new UserError('OUTPUT_NOT_OURS', `The folder ${target} holds other files.`, {
      expected: `a new or empty folder, or an earlier output (one with ${marker})`,
      fix: 'choose another output folder; nothing was changed',
    });
  }
  const lock = resume === undefined ? null : await lockFolder(temporary, target);
  try {
    if (resume === undefined) await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const result = await build(temporary);
    if (present !== undefined) await rename(clean, earlier);
    await rename(temporary, clean);
    await rm(earlier, { recursive: true, force: true });
    return result;
  } catch (error) {
    const goesOn =
      resume !== undefined &&
      error instanceof InterruptedError &&
      existsSync(path.join(temporary, resume.journal));
    if (!goesOn) await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw explainWriteError(error, target);
  } finally {
    if (lock !== null) await rm(lock, { force: true }).catch(() => undefined);
  }
}

/** Puts a file beside a folder that says which process fills it. One that a killed process has left is taken over. */
async function lockFolder(folder: string, target: string): Promise<string> {
  const lock = `${folder}.lock`;
  try {
    await mkdir(path.dirname(lock), { recursive: true });
    const owner = existsSync(lock) ? Number(await readFile(lock, 'utf8')) : process.pid;
    if (owner !== process.pid && isRunning(owner))
      throw new UserError('OUTPUT_BUSY', `Another process is making ${target}.`, {
        got: `process ${owner}`,
        fix: 'wait for it, or choose another output folder',
      });
    await writeFile(lock, String(process.pid));
    return lock;
  } catch (error) {
    throw explainWriteError(error, target);
  }
}

function isRunning(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Names in a folder, or undefined where there is nothing of that name; a file in its place is refused. */
async function listFolder(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw explainWriteError(error, folder);
  }
}

/** SHA-256 of a file's bytes, as 64 hexadecimal digits. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
