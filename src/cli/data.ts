import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Blueprint } from '../cohort/index.js';
import { UserError } from '../core/index.js';
import type { RunData } from '../pipeline/index.js';
import type { DataPlaces } from '../sources/catalogue/index.js';
import { cacheFolder, dataRoots, locateData, openData, vocabularyRoot } from '../sources/catalogue/index.js';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Where data are looked for; `data` is the --data option. */
export function placesFor(data: string | undefined): DataPlaces {
  return { data, env: process.env, projectRoot, cacheDir: cacheFolder(process.env) };
}

/**
 * Where a blueprint's records are. `source.data` is a folder or file (relative to the present folder), or a name of the catalogue; --data
 * names the records themselves, or a folder of data sets.
 * @throws UserError `NO_DATA` that says where was looked and what to do.
 */
export function locateBlueprintData(blueprint: Blueprint, data: string | undefined): RunData {
  const places = placesFor(data);
  const dataRoot = vocabularyRoot(places);
  const { data: wanted, format } = blueprint.source;
  if (format === 'reference-hospital') return { dataRoot };
  if (data !== undefined && !existsSync(data)) {
    throw new UserError('NO_DATA', `There is nothing at ${data}.`, { fix: 'correct --data' });
  }
  const known = openData.some((entry) => entry.id === wanted);
  const located = known && wanted !== undefined ? locateData(wanted, places) : undefined;
  if (located !== undefined) return { dir: located.dir, dataRoot: dataRoot ?? located.root };
  const own = [data, wanted].find((place): place is string => place !== undefined && existsSync(place));
  if (own !== undefined) return { dir: own, dataRoot };
  throw notFound(wanted, places, known);
}

function notFound(wanted: string | undefined, places: DataPlaces, known: boolean): UserError {
  return new UserError(
    'NO_DATA',
    wanted === undefined ? 'The blueprint names no records.' : `The records '${wanted}' were not found.`,
    {
      expected: `a folder under ${dataRoots(places)
        .map((root) => path.relative('.', root) || root)
        .join(', ')}`,
      fix: known
        ? `fetch them with \`anamnesis data fetch ${wanted ?? ''}\`, or say where they are with --data <folder>`
        : 'say where they are with --data <folder>',
    },
  );
}
