import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DataError } from '../core/index.js';

/**
 * Reads a .gz file to its end against its own checksum, because DuckDB takes a truncated one for complete. Other files pass.
 * @throws DataError `BROKEN_FILE` when it is truncated or damaged.
 */
export async function checkGzip(file: string): Promise<void> {
  if (!file.endsWith('.gz')) return;
  const nowhere = new Writable({
    highWaterMark: 1 << 20,
    write: (_chunk, _encoding, next) => {
      next();
    },
  });
  try {
    await pipeline(
      createReadStream(file, { highWaterMark: 1 << 18 }),
      createGunzip({ chunkSize: 1 << 18 }),
      nowhere,
    );
  } catch (cause) {
    throw brokenFile(file, cause);
  }
}

/** The error for a data file that is not whole. */
export function brokenFile(file: string, cause: unknown): DataError {
  return new DataError('BROKEN_FILE', `${file} is truncated or damaged.`, {
    expected: 'a complete file',
    fix: 'fetch or copy it again, and compare its size and SHA-256 with the publisher’s',
    cause,
  });
}
