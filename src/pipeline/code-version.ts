import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { canonicalJson } from '../core/index.js';

const sourceRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const ignored = /\.(d\.ts|map|md)$/;

/**
 * The version of the code that a stage runs: SHA-256 over the program files (and the data files beside them) of the
 * folders it depends on, e.g. `['core', 'trees', 'synthesizers/cart']`, and the pinned versions of the libraries.
 * Derived, so that nobody can forget to raise it.
 */
export async function codeVersion(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(canonicalJson(await dependencies()));
  for (const folder of [...folders].sort()) {
    for (const file of await filesBelow(path.join(sourceRoot, folder))) {
      hash.update(path.relative(sourceRoot, file)).update('\0');
      hash.update(await readFile(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !ignored.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

async function dependencies(): Promise<Record<string, string>> {
  const text = await readFile(path.join(sourceRoot, '..', 'package.json'), 'utf8');
  return z.object({ dependencies: z.record(z.string(), z.string()) }).parse(JSON.parse(text)).dependencies;
}
