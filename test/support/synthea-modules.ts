import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataRoot } from './data.js';

const archive = dataRoot === undefined ? undefined : path.join(dataRoot, 'synthea', 'resources.tar.gz');

/** Whether Synthea's published module library is at hand (tests that need it are skipped by name where it is not). */
export const hasSyntheaModules = archive !== undefined && existsSync(archive);

/** Synthea's module library in memory: path inside `modules/` → text. */
export function syntheaModuleFiles(): ReadonlyMap<string, string> {
  const tar = gunzipSync(readFileSync(archive!));
  const files: [string, string][] = [];
  let long = ''; // GNU tar writes a name of more than 100 characters as a file of its own before the file
  for (let at = 0; at + 512 <= tar.length;) {
    const text = (from: number, length: number): string =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/su, '');
    const name = text(345, 155) === '' ? text(0, 100) : `${text(345, 155)}/${text(0, 100)}`;
    if (name === '') break;
    const size = parseInt(text(124, 12).trim(), 8);

    const kind = text(156, 1);
    if (kind === 'L') long = tar.toString('utf8', at + 512, at + 512 + size).replace(/\0.*$/su, '');
    const full = long === '' ? name : long;
    if (kind !== 'L') long = '';
    const inside = /(?:^|\/)modules\/(.+\.(?:json|csv))$/u.exec(full)?.[1];
    const isFile = kind === '0' || kind === '';
    if (isFile && inside !== undefined && (inside.endsWith('.json') || inside.startsWith('lookup_tables/')))
      files.push([inside, tar.toString('utf8', at + 512, at + 512 + size)]);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
