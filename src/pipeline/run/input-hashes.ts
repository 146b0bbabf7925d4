import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { fingerprint } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { sha256File, writeFileAtomic } from '../../runtime/index.js';

const cacheSchema = z.record(
  z.string(),
  z.strictObject({ size: z.number(), modifiedMs: z.number(), sha256: z.string() }),
);
type Cache = z.infer<typeof cacheSchema>;

/**
 * One hash over the content of files and folders from outside the run: relative names and SHA-256, in order. Hashes of large files
 * are remembered in `cacheFile` by path, size and time of change, so that only new or changed files are read again.
 */
export async function hashInputs(
  roots: readonly string[],
  cacheFile: string,
  context: RunContext,
): Promise<string> {
  const cache = await readCache(cacheFile);
  const files = (await Promise.all(roots.map(filesBelow))).flat();
  const task = context.progress.task('Checking input files', files.length);
  const entries: [string, string][] = [];
  let changed = false;
  for (const { name, file } of files) {
    const { size, mtimeMs: modifiedMs } = await stat(file);
    const known = cache[file];
    let sha256 = known?.sha256;
    if (known?.size !== size || known.modifiedMs !== modifiedMs || sha256 === undefined) {
      sha256 = await sha256File(file);
      cache[file] = { size, modifiedMs, sha256 };
      changed = true;
    }
    entries.push([name, sha256]);
    task.advance();
  }
  task.done();
  if (changed) await writeFileAtomic(cacheFile, JSON.stringify(cache));
  return fingerprint(entries);
}

async function readCache(file: string): Promise<Cache> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return cacheSchema.parse(JSON.parse(text));
  } catch {
    return {}; // a damaged cache is an empty one
  }
}

/** The files of a folder (names relative to it, sorted), or the file itself. */
async function filesBelow(root: string): Promise<{ name: string; file: string }[]> {
  if ((await stat(root)).isFile()) return [{ name: path.basename(root), file: root }];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(root, file).split(path.sep).join('/'), file }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
