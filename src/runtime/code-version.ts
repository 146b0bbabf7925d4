import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { canonicalJson } from '../core/index.js';

const sourceRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const ignored = /\.(d\.ts|map|md)$/;

/**
 * The version of the code that a stage runs: SHA-256 over the program files (and the data files beside them) of the
 * folders it depends on, e.g. `['core', 'trees', 'synthesizers/cart']` (`sources/*`: that folder's own files only), and the pinned versions of the libraries.
 * Derived, so that nobody can forget to raise it.
 */
export function codeVersion(folders: readonly string[]): string {
  const hash = createHash('sha256').update(canonicalJson(dependencies()));
  for (const folder of [...folders].sort()) {
    for (const file of filesOf(folder)) {
      hash.update(path.relative(sourceRoot, file)).update('\0');
      hash.update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

function filesOf(folder: string): string[] {
  const flat = folder.endsWith('/*');
  const root = path.join(sourceRoot, flat ? folder.slice(0, -2) : folder);
  const entries = readdirSync(root, { recursive: !flat, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !ignored.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function dependencies(): Record<string, string> {
  const text = readFileSync(path.join(sourceRoot, '..', 'package.json'), 'utf8');
  return z.object({ dependencies: z.record(z.string(), z.string()) }).parse(JSON.parse(text)).dependencies;
}
