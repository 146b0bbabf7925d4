import path from 'node:path';
import type { CohortBlueprint } from '../../cohort/index.js';
import { vocabularyFiles } from '../../cohort/index.js';
import { InternalError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Source } from '../../sources/index.js';
import { importCohort, sourceById } from '../../sources/index.js';
import type { Stage } from '../stage.js';
import { hashInputs } from './input-hashes.js';

/** Where the records of a run come from. */
export interface RunData {
  /** The source's folder or file; undefined for generated records. */
  readonly dir?: string | undefined;
  /** Folder with open data and vocabularies. */
  readonly dataRoot?: string | undefined;
}

/** What the stages of a run share. */
export interface RunSettings {
  readonly data: RunData;
  /** Remembers hashes of large input files between runs. */
  readonly cacheFile: string;
  /** Memory that queries may take before they spill, in MiB. */
  readonly memoryLimitMiB?: number | undefined;
}

const code = ['core', 'runtime', 'duckdb', 'cohort/store', 'cohort/vocabulary', 'sources/*'];

/** Name of the cohort store inside the import stage's folder. */
export const storeName = 'cohort';

/** Brings the blueprint's records into a cohort store. */
export async function importStage(
  blueprint: CohortBlueprint,
  settings: RunSettings,
  context: RunContext,
): Promise<Stage> {
  const source = sourceById(blueprint.source.format);
  const { dir, dataRoot } = settings.data;
  const options = { dataRoot, settings: blueprint.source.options };
  return {
    id: 'import',
    title: `Import ${source.title}`,
    needs: [],
    config: {
      source: source.id,
      settings: blueprint.source.options,
      inputs: await inputsOf(source, settings, context, options),
    },
    code: [...code, `sources/${source.id}`],
    run: async (folder, _inputs, stageContext) => {
      const memory = settings.memoryLimitMiB === undefined ? {} : { memoryLimitMiB: settings.memoryLimitMiB };
      await importCohort(
        { source, dir: dir ?? '' },
        path.join(folder, storeName),
        { ...options, ...memory },
        stageContext,
      );
    },
  };
}

async function inputsOf(
  source: Source,
  { data, cacheFile }: RunSettings,
  context: RunContext,
  options: Parameters<Source['importInto']>[2],
): Promise<string> {
  if (data.dir === undefined) return source.id === 'reference-hospital' ? 'generated' : noData(source);
  const besides = (await source.besides?.(data.dir, options)) ?? [];
  return hashInputs([data.dir, ...besides, ...vocabularyFiles(data.dataRoot)], cacheFile, context);
}

function noData(source: Source): never {
  throw new InternalError('NO_DATA', `Source '${source.id}' was given no folder.`);
}
