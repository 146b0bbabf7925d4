import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { explainWriteError } from '../../runtime/index.js';
import type { Table } from '../table.js';

/** Rows of one table in parts, in order; every part has the same columns. */
export type Blocks = Iterable<Table> | AsyncIterable<Table>;

/**
 * Has a file written under another name beside its place, and renames it when it is complete; after an error nothing is left.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function atomically<T>(file: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const result = await write(temporary);
    await rename(temporary, file);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw explainWriteError(error, file);
  }
}
