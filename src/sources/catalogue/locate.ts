import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpenDataSet } from './catalogue.js';
import { dataSetById, openData } from './catalogue.js';

/** Where data are looked for. */
export interface DataPlaces {
  /** What the user said (`--data`). */
  readonly data?: string | undefined;
  /** The environment; `ANAMNESIS_DATA` names a folder. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's own folder; `../shared/data` beside it is tried. */
  readonly projectRoot: string;
  /** Where {@link cacheFolder} and fetching put data. */
  readonly cacheDir: string;
}

/** A data set that was found. */
export interface LocatedData {
  /** The folder that holds its files. */
  readonly dir: string;
  /** The folder of data sets that it lies in; its `vocab/` may hold vocabularies. */
  readonly root: string;
}

/** The folder for fetched data: `$ANAMNESIS_CACHE`, else `anamnesis` in the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { ANAMNESIS_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: windows, HOME: home } = env;
  const base = xdg ?? windows ?? path.join(home ?? '.', '.cache');
  return own ?? path.join(base, 'anamnesis');
}

/** The folders in which data sets are looked for, in order: `--data`, `$ANAMNESIS_DATA`, `../shared/data`, the cache. */
export function dataRoots({ data, env, projectRoot, cacheDir }: DataPlaces): string[] {
  const places = [data, env['ANAMNESIS_DATA'], path.join(projectRoot, '..', 'shared', 'data'), cacheDir];
  const named = places.filter((place): place is string => place !== undefined && place !== '');
  return [...new Set(named.map((place) => path.resolve(place)))];
}

/**
 * Where a data set lies: in one of its folders under {@link dataRoots}, or in a root itself. Undefined when it is not found.
 * @throws UserError `NO_DATA_SET` for an id that the catalogue lacks.
 */
export function locateData(id: string, places: DataPlaces): LocatedData | undefined {
  const entry = dataSetById(id);
  for (const root of dataRoots(places)) {
    const inside = entry.folders.map((folder) => path.join(root, folder)).find((dir) => holds(dir, entry));
    if (inside !== undefined) return { dir: inside, root };
    if (holds(root, entry)) return { dir: root, root: path.dirname(root) };
  }
  return undefined;
}

/** Every data set of the catalogue with the place where it was found. */
export function listData(
  places: DataPlaces,
): { readonly entry: OpenDataSet; readonly found: LocatedData | undefined }[] {
  return openData.map((entry) => ({ entry, found: locateData(entry.id, places) }));
}

/** The first root with a folder `vocab`, to be handed to imports as their data root. */
export function vocabularyRoot(places: DataPlaces): string | undefined {
  return dataRoots(places).find((root) => existsSync(path.join(root, 'vocab')));
}

/** Whether a folder holds a data set: one file of each of its marks. */
export function holds(dir: string, entry: OpenDataSet): boolean {
  return entry.marks.every((names) => names.some((name) => existsSync(path.join(dir, name))));
}
