import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { throwIfAborted } from '../core/index.js';

/**
 * Replaces the files below a folder whose path (with `/`) matches by `<name>.gz`. Done once a file is whole: compressed chunk by chunk its bytes would
 * depend on how the records were cut into tasks.
 */
export async function gzipFiles(
  folder: string,
  pattern: RegExp,
  signal: AbortSignal | undefined,
): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.map((n) => n.split(path.sep).join('/')).sort()) {
    if (!pattern.test(name)) continue;
    throwIfAborted(signal);
    const file = path.join(folder, name);
    await pipeline(createReadStream(file), createGzip({ level: 6 }), createWriteStream(`${file}.gz`));
    await rm(file);
  }
}
