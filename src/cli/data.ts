import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Blueprint } from '../cohort/index.js';
import { UserError } from '../core/index.js';
import type { RunData } from '../pipeline/index.js';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

function roots(data: string | undefined): string[] {
  const candidates = [data, process.env['ANAMNESIS_DATA'], path.join(projectRoot, '..', 'shared', 'data')];
  return candidates.filter((dir): dir is string => dir !== undefined && dir !== '' && existsSync(dir));
}

/** The folder of an open data set, or undefined where it is not found. */
export function findOpenData(id: string, data?: string): Promise<string | undefined> {
  const names: Readonly<Record<string, string>> = { 'eicu-demo': 'eicu-demo', 'mimic-iv-demo': 'mimic4-demo', 'challenge-2012': 'physionet2012', 'diabetes-130': 'diabetes130' };
  return Promise.resolve(roots(data).map((root) => path.join(root, names[id] ?? id)).find((dir) => existsSync(dir)));
}

/** The folder with vocabularies, or undefined. */
export function vocabularyRoot(data: string | undefined): Promise<string | undefined> {
  return Promise.resolve(roots(data).find((root) => existsSync(path.join(root, 'vocab'))));
}

/** Where a blueprint's records are. @throws UserError `NO_DATA`. */
export async function locateBlueprintData(blueprint: Blueprint, data: string | undefined): Promise<RunData> {
  const dataRoot = await vocabularyRoot(data);
  const wanted = blueprint.source.data;
  if (wanted === undefined) return { dataRoot };
  const found = (await findOpenData(wanted, data)) ?? [data, wanted].find((dir) => dir !== undefined && existsSync(dir));
  if (found === undefined) throw new UserError('NO_DATA', `The records '${wanted}' were not found.`);
  return { dir: found, dataRoot };
}
