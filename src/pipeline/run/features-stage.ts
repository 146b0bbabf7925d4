import path from 'node:path';
import type { Blueprint, CohortBlueprint, TableBlueprint } from '../../cohort/index.js';
import { buildFeatures, CohortStore, compileBlueprint } from '../../cohort/index.js';
import type { RunContext } from '../../runtime/index.js';
import { buildTableFeatures } from '../../sources/table/index.js';
import type { Stage } from '../stage.js';
import { writeFeatures } from './features-files.js';
import type { RunSettings } from './import-stage.js';
import { storeName } from './import-stage.js';
import { hashInputs } from './input-hashes.js';

const code = ['core', 'runtime', 'duckdb', 'table', 'cohort'];
const units = { admission: 'hospital admission', 'icu-stay': 'ICU stay' } as const;

/** Compiles the blueprint to a feature table and splits it by patient. */
export function featuresStage(
  blueprint: Blueprint,
  settings: RunSettings,
  context: RunContext,
): Stage | Promise<Stage> {
  return blueprint.kind === 'cohort'
    ? fromCohort(blueprint, settings)
    : fromTable(blueprint, settings, context);
}

function fromCohort(blueprint: CohortBlueprint, settings: RunSettings): Stage {
  const { cohort, index, windows, anchors, features, tasks, split, seed } = blueprint;
  return {
    id: 'features',
    title: 'Build the feature table',
    needs: ['import'],
    config: { cohort, index, windows, anchors, features, tasks, split, seed },
    code,
    run: async (folder, inputs, context) => {
      const store = await CohortStore.open(path.join(inputs['import']!.folder, storeName));
      const compiled = compileBlueprint(blueprint);
      const memory = settings.memoryLimitMiB === undefined ? {} : { memoryLimitMiB: settings.memoryLimitMiB };
      const temporaryFolder = path.join(folder, '.spill');
      const built = await buildFeatures(store, compiled, context, { ...memory, temporaryFolder });
      const about = { unit: units[cohort.unit], subjectColumn: 'subject_id' };
      await writeFeatures(folder, { ...built, steps: built.facts.steps }, about);
    },
  };
}

async function fromTable(
  blueprint: TableBlueprint,
  settings: RunSettings,
  context: RunContext,
): Promise<Stage> {
  const { source, table, tasks, split, seed } = blueprint;
  const data = settings.data.dir ?? '';
  return {
    id: 'features',
    title: 'Build the feature table',
    needs: [],
    config: {
      inputs: await hashInputs([data], settings.cacheFile, context),
      file: source.file,
      ...{ table, tasks, split, seed },
    },
    code: [...code, 'sources/table'],
    run: async (folder, _inputs, stageContext) => {
      const built = await buildTableFeatures(data, blueprint, stageContext);
      await writeFeatures(
        folder,
        { ...built, steps: built.facts.steps },
        { unit: 'row of the table', subjectColumn: 'subject_id' },
      );
    },
  };
}
