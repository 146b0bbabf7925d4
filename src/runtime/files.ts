import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../core/index.js';

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
 * @throws UserError `OUTPUT_NOT_OURS`, `WRITE_*` when the place cannot be written.
 */
export async function buildFolderAtomic<T>(
  target: string,
  marker: string,
  build: (folder: string) => Promise<T>,
): Promise<T> {
  const clean = path.resolve(target);
  const temporary = `${clean}.tmp-${process.pid}`;
  const earlier = `${clean}.old-${process.pid}`;
  const present = await listFolder(clean);
  if (present !== undefined && present.length > 0 && !present.includes(marker)) {
    throw new UserError('OUTPUT_NOT_OURS', `The folder ${target} holds other files.`, {
      expected: `a new or empty folder, or an earlier output (one with ${marker})`,
      fix: 'choose another output folder; nothing was changed',
    });
  }
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    const result = await build(temporary);
    if (present !== undefined) await rename(clean, earlier);
    await rename(temporary, clean);
    await rm(earlier, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw explainWriteError(error, target);
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
