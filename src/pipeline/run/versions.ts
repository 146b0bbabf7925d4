import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const packageFile = new URL('../../../package.json', import.meta.url);
const packageSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });

/** Versions of Anamnesis and of the libraries that its figures depend on. Not of Node.js: the bytes of a run do not depend on it. */
export async function packageVersions(): Promise<{ name: string; version: string }[]> {
  const { version, dependencies } = packageSchema.parse(JSON.parse(await readFile(packageFile, 'utf8')));
  return [
    { name: 'anamnesis', version },
    { name: 'duckdb', version: dependencies['@duckdb/node-api'] ?? 'unknown' },
  ];
}
