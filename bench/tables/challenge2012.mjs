// The ICU stays of the Challenge 2012, set a, seen 24 hours after they began: the ready blueprint's features of the first day.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } from '../../dist/cohort/index.js';
import { fixedClock, Rng } from '../../dist/core/index.js';
import { silentProgress, WorkerPool } from '../../dist/runtime/index.js';
import { importCohort, sourceById } from '../../dist/sources/index.js';
import { writeCsv } from '../../dist/table/index.js';

const blueprintFile = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'blueprints',
  'challenge-2012.yaml',
);
const firstDay = {
  'sets: [a, b]': 'sets: [a]',
  'hours: 48': 'hours: 24',
  'days12: { from: 0, to: 48 }': 'days12: { from: 0, to: 24 }',
  'day2: { from: 24, to: 48 }': 'day2: { from: 12, to: 24 }',
};

/** Writes train.csv, test.csv (the blueprint's split by patients) and schema.yaml. Columns that a label is read from do not help to predict it. */
export async function challenge2012(folder, { dataRoot }) {
  const at = (file) => path.join(folder, file);
  mkdirSync(folder, { recursive: true });
  const context = {
    rng: Rng.create('challenge'),
    clock: fixedClock(0),
    pool: new WorkerPool(1),
    progress: silentProgress,
  };
  if (!existsSync(at('cohort'))) {
    const from = { source: sourceById('physionet2012'), dir: path.join(dataRoot, 'physionet2012') };
    await importCohort(from, at('cohort'), { dataRoot, settings: { sets: ['a'] } }, context);
  }
  let text = readFileSync(blueprintFile, 'utf8');
  for (const [is, becomes] of Object.entries(firstDay)) {
    if (!text.includes(is)) throw new Error(`the blueprint no longer says '${is}'`);
    text = text.replaceAll(is, becomes);
  }
  const blueprint = compileBlueprint(parseBlueprint(text, blueprintFile));
  const { table, tasks, split } = await buildFeatures(
    await CohortStore.open(at('cohort')),
    blueprint,
    context,
  );
  await context.pool.close();
  const computable = tasks.filter((task) => task.notComputable === undefined && task.type === 'binary');
  const labels = computable.map((task) => task.label);
  const kept = table.select(
    table.schema
      .filter((c) => c.role !== 'key' && (c.role !== 'label' || labels.includes(c.name)))
      .map((c) => c.name),
  );
  for (const part of ['train', 'test']) await writeCsv(at(`${part}.csv`), kept.take(split[part]));
  const columns = Object.fromEntries(
    kept.schema.map(({ name, missing, domain, ...schema }) => [name, schema]),
  );
  writeFileSync(at('schema.yaml'), stringify({ columns }));
  const exclude = Object.fromEntries(computable.map((task) => [task.label, task.exclude ?? []]));
  return {
    name: 'challenge2012',
    labels,
    exclude,
    train: at('train.csv'),
    test: at('test.csv'),
    schema: at('schema.yaml'),
  };
}
