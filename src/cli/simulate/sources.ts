import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The modules that come with Anamnesis. */
export const builtInModules = fileURLToPath(new URL('../../../modules', import.meta.url));

/** What decides the bytes of a simulation. */
export const simulationCode = ['core', 'cohort', 'exports', 'numerics', 'runtime', 'stages/simulate'];

const packageFile = new URL('../../../package.json', import.meta.url);

/** Name and version of this program, as records carry them. */
export function generator(): { name: string; version: string } {
  return z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(packageFile, 'utf8')));
}
