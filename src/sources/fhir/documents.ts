import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { z } from 'zod';
import { DataError } from '../../core/index.js';
import { brokenFile } from '../../runtime/index.js';
import { anyShape, bundleShape } from './shapes.js';

export type Resource = z.infer<typeof anyShape>;

const unzip = promisify(gunzip);
const kinds = /\.(json|ndjson)(\.gz)?$/;

/** Bundles and NDJSON files of a folder (or the file itself), Medication files first, because others refer to them. */
export async function fhirFiles(dir: string): Promise<string[]> {
  const info = await stat(dir).catch(() => undefined);
  if (info === undefined) return [];
  if (!info.isDirectory()) return kinds.test(dir) ? [dir] : [];
  const names = (await readdir(dir)).filter((name) => kinds.test(name)).sort();
  const first = (name: string): boolean => /^Medication\b(?!Re|Ad)/.test(name);
  return [...names.filter(first), ...names.filter((n) => !first(n))].map((name) => path.join(dir, name));
}

/** Whether the beginning of a file speaks of FHIR resources. */
export async function looksLikeFhir(file: string): Promise<boolean> {
  const raw = createReadStream(file, { end: file.endsWith('.gz') ? 65_535 : 8_191 });
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let text = '';
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      if (text.length > 4096) break;
    }
  } catch {
    // A gzip file cut after its first bytes ends with an error; what came before it is enough.
  } finally {
    raw.destroy();
  }
  return /"resourceType"\s*:\s*"[A-Z][A-Za-z]+"/.test(text);
}

/**
 * The resources of a file: one document at a time for bundles, one line at a time for NDJSON, so memory is bounded by the largest bundle.
 * @throws DataError `BROKEN_FILE`, `BAD_JSON` naming the file (and line).
 */
export async function* resources(file: string): AsyncGenerator<Resource[]> {
  if (/\.ndjson(\.gz)?$/.test(file)) yield* ofLines(file);
  else yield ofDocument(file, await textOf(file));
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (!file.endsWith('.gz')) return bytes.toString('utf8');
  try {
    return (await unzip(bytes)).toString('utf8');
  } catch (cause) {
    throw brokenFile(file, cause);
  }
}

async function* ofLines(file: string): AsyncGenerator<Resource[]> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => input.destroy(error));
  let batch: Resource[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text.trim() === '') continue;
      batch.push(...ofDocument(file, text, line));
      if (batch.length < 1000) continue;
      yield batch;
      batch = [];
    }
  } catch (cause) {
    throw cause instanceof DataError ? cause : brokenFile(file, cause);
  }
  if (batch.length > 0) yield batch;
}

function ofDocument(file: string, text: string, line?: number): Resource[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DataError('BAD_JSON', `${file} is not JSON${line === undefined ? '' : ` in line ${line}`}.`, {
      fix: 'copy or fetch it again',
      cause,
    });
  }
  const bundle = bundleShape.safeParse(json);
  if (bundle.success)
    return (bundle.data.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  const one = anyShape.safeParse(json);
  return one.success && one.data.resourceType !== 'Bundle' ? [one.data] : [];
}
