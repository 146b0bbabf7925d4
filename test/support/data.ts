import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const candidates = [process.env['ANAMNESIS_DATA'], path.join(root, '..', 'shared', 'data')];

/** Folder with the open real data sets, or undefined where it is absent (those tests are then skipped by name). */
export const dataRoot: string | undefined = candidates.find(
  (dir): dir is string => dir !== undefined && dir !== '' && existsSync(path.join(dir, 'README.md')),
);
