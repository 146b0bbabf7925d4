import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson, fingerprint } from '../core/index.js';
import { sha256File, writeFileAtomic } from '../runtime/index.js';

/** File that a completed stage folder holds. */
export const stageMarker = 'stage.json';

const manifestSchema = z.strictObject({
  schema: z.literal('anamnesis.stage/1'),
  stage: z.string(),
  fingerprint: z.string(),
  files: z.record(z.string(), z.string()),
});
export type StageManifest = z.infer<typeof manifestSchema>;

/** Hashes the files of a stage folder and writes its manifest. Returns the hash of the content. */
export async function writeManifest(
  folder: string,
  stage: string,
  stageFingerprint: string,
): Promise<string> {
  const files = await hashFiles(folder);
  const manifest: StageManifest = {
    schema: 'anamnesis.stage/1',
    stage,
    fingerprint: stageFingerprint,
    files,
  };
  await writeFileAtomic(path.join(folder, stageMarker), `${canonicalJson(manifest)}\n`);
  return fingerprint(files);
}

/**
 * The content hash of a completed stage folder; undefined when there is none, when it belongs to another
 * fingerprint, or when a file is missing, changed or extra (then the stage is made again).
 */
export async function readCompleted(folder: string, stageFingerprint: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, stageMarker), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.fingerprint !== stageFingerprint) return undefined;
  const actual = fingerprint(await hashFiles(folder));
  return actual === fingerprint(parsed.data.files) ? actual : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a damaged manifest is no manifest
  }
}

async function hashFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => name !== stageMarker)
    .sort();
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await sha256File(path.join(folder, name));
  return files;
}
