import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Blueprint } from '../../cohort/index.js';
import { parseBlueprint } from '../../cohort/index.js';
import { suggest, UserError } from '../../core/index.js';

const readyFolder = fileURLToPath(new URL('../../../blueprints', import.meta.url));

/** A blueprint that comes with Anamnesis. */
export interface ReadyBlueprint {
  readonly name: string;
  readonly file: string;
  readonly blueprint: Blueprint;
}

/** The blueprints that come with Anamnesis, by name. */
export async function readyBlueprints(): Promise<ReadyBlueprint[]> {
  const files = (await readdir(readyFolder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    files.map(async (name) => {
      const file = path.join(readyFolder, name);
      return {
        name: name.replace(/\.yaml$/, ''),
        file,
        blueprint: parseBlueprint(await readFile(file, 'utf8'), name),
      };
    }),
  );
}

/**
 * Reads a blueprint by path or, for one that comes with Anamnesis, by name.
 * @throws UserError `NO_BLUEPRINT`, `BAD_BLUEPRINT`.
 */
export async function loadBlueprint(nameOrPath: string): Promise<{ file: string; blueprint: Blueprint }> {
  const ready = path.join(readyFolder, `${nameOrPath}.yaml`);
  for (const file of [nameOrPath, ...(path.basename(nameOrPath) === nameOrPath ? [ready] : [])]) {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true)
      return { file, blueprint: parseBlueprint(await readFile(file, 'utf8'), file) };
  }
  const names = (await readdir(readyFolder)).map((name) => name.replace(/\.yaml$/, '')).sort();
  const meant = suggest(nameOrPath, names);
  throw new UserError('NO_BLUEPRINT', `There is no blueprint '${nameOrPath}'.`, {
    expected: `a YAML file, or one of ${names.join(', ')}`,
    ...(meant === undefined ? {} : { fix: `did you mean '${meant}'?` }),
  });
}
