import { z } from 'zod';
import type { KeyPath, Problem } from '../../core/index.js';
import { knownTooLate } from './attributes.js';
import type { Named } from './check-common.js';
import { checkShared, repeated, unknownName } from './check-common.js';
import { aggregates, staticWindow } from './cohort-schema.js';
import { eventColumn, keyColumns, labelColumn, taskId } from './columns.js';
import { entriesAt, partAt } from './parts.js';

const days = z.number();
const id = z.string().optional();
const taskNaming = z.discriminatedUnion('task', [
  z.looseObject({ task: z.literal('in-hospital-mortality'), id }),
  z.looseObject({ task: z.literal('primary-diagnosis'), id }),
  z.looseObject({ task: z.literal('readmission'), id, days: days.default(30) }),
  z.looseObject({ task: z.literal('long-stay'), id, of: z.string(), days: days.default(7) }),
]);
const inWindow = z.looseObject({ window: z.string() });
const columnGroup = z.looseObject({
  aggregates: z.array(z.enum(aggregates)),
  suffix: z.string().optional(),
  codes: z.record(z.string(), z.unknown()),
});

/** What the schema cannot see: references between sections, names given twice, windows that look into the future. */
export function checkCohort(root: unknown): Problem[] {
  const tasks: Named[] = entriesAt(root, ['tasks'], taskNaming).map(({ path, value }) => ({
    path,
    name: taskId(value),
  }));
  const features = featureColumns(root);
  const keys = keyColumns.map((name) => ({ name, path: [] }));
  const labels = tasks.map(({ name, path }) => ({ name: labelColumn(name), path }));
  return [
    ...checkSource(root),
    ...checkAges(root),
    ...checkWindows(root),
    ...checkWindowNames(root),
    ...checkValues(root),
    ...checkAttributes(root),
    ...checkUnits(root),
    ...checkExcluded(root, features),
    ...repeated([...keys, ...features, ...labels], 'column name'),
    ...checkShared(root, tasks),
  ];
}

function checkSource(root: unknown): Problem[] {
  const source = partAt(
    root,
    ['source'],
    z.looseObject({ format: z.string(), data: z.unknown().optional() }),
  );
  if (source === undefined || source.format === 'reference-hospital' || source.data !== undefined) return [];
  return [
    {
      path: ['source', 'data'],
      expected: 'a name in the data catalogue (anamnesis data list), or a folder',
      got: 'nothing (the key is missing)',
    },
  ];
}

function checkAges(root: unknown): Problem[] {
  const ages = partAt(root, ['cohort'], z.looseObject({ minAgeYears: z.number(), maxAgeYears: z.number() }));
  if (ages === undefined || ages.minAgeYears <= ages.maxAgeYears) return [];
  return [
    {
      path: ['cohort', 'maxAgeYears'],
      expected: `at least minAgeYears (${ages.minAgeYears})`,
      got: String(ages.maxAgeYears),
    },
  ];
}

function checkWindows(root: unknown): Problem[] {
  const index = partAt(root, ['index', 'hours'], z.number());
  const windows = entriesAt(root, ['windows'], z.looseObject({ from: z.number(), to: z.number() }));
  return windows.flatMap(({ path, key, value: { from, to } }) => {
    const problems: Problem[] = [];
    if (key === staticWindow)
      problems.push({
        path,
        expected: 'another name: static stands for events without a time',
        got: `'${key}'`,
      });
    if (from >= to)
      problems.push({ path: [...path, 'to'], expected: `more than from (${from})`, got: String(to) });
    if (index !== undefined && to > index)
      problems.push({
        path: [...path, 'to'],
        expected: `at most index.hours (${index}): later events would let features see the outcome`,
        got: String(to),
      });
    return problems;
  });
}

function checkWindowNames(root: unknown): Problem[] {
  const defined = entriesAt(root, ['windows'], z.unknown()).map(({ key }) => String(key));
  const events = entriesAt(root, ['features', 'events'], inWindow);
  const encounters = entriesAt(root, ['features', 'encounters'], inWindow);
  return [
    ...events.flatMap(({ path, value }) =>
      unknownName([...path, 'window'], value.window, [...defined, staticWindow]),
    ),
    ...encounters.flatMap(({ path, value }) => unknownName([...path, 'window'], value.window, defined)),
  ];
}

const ofCategories: readonly string[] = ['first', 'last', 'count', 'any'];

function checkValues(root: unknown): Problem[] {
  const groups = entriesAt(
    root,
    ['features', 'events'],
    z.looseObject({ value: z.enum(['text', 'code']), aggregates: z.array(z.enum(aggregates)) }),
  );
  return groups.flatMap(({ path, value }) =>
    value.aggregates.flatMap((aggregate, i) =>
      ofCategories.includes(aggregate)
        ? []
        : [
            {
              path: [...path, 'aggregates', i],
              expected: `one of ${ofCategories.join(', ')} for value: ${value.value}`,
              got: `'${aggregate}'`,
            },
          ],
    ),
  );
}

function checkAttributes(root: unknown): Problem[] {
  const given = [['anchors'], ['features', 'attributes']].flatMap((path) =>
    entriesAt(root, path, z.union([z.string(), z.looseObject({ attribute: z.string() })])),
  );
  return given.flatMap(({ path, value }) => {
    const name = typeof value === 'string' ? value : value.attribute;
    const reason = knownTooLate[name.split('.').at(-1)!];
    if (reason === undefined) return [];
    const at: KeyPath = typeof value === 'string' ? path : [...path, 'attribute'];
    return [
      { path: at, expected: 'an attribute that is known at the index time', got: `'${name}', ${reason}` },
    ];
  });
}

function checkUnits(root: unknown): Problem[] {
  const unit = partAt(root, ['cohort', 'unit'], z.string());
  if (unit !== 'admission') return [];
  const stays = entriesAt(
    root,
    ['tasks'],
    z.looseObject({ task: z.literal('long-stay'), of: z.literal('icu') }),
  );
  return stays.map(({ path }) => ({
    path: [...path, 'of'],
    expected: 'hospital (or cohort.unit: icu-stay)',
    got: "'icu' in a cohort of admissions",
  }));
}

function checkExcluded(root: unknown, features: readonly Named[]): Problem[] {
  const known = features.map((f) => f.name);
  return entriesAt(root, ['tasks'], z.looseObject({ exclude: z.array(z.string()) })).flatMap(
    ({ path, value }) =>
      value.exclude.flatMap((name, i) => unknownName([...path, 'exclude', i], name, known)),
  );
}

function featureColumns(root: unknown): Named[] {
  const named = [['anchors'], ['features', 'attributes'], ['features', 'encounters']].flatMap((path) =>
    entriesAt(root, path, z.unknown()),
  );
  const groups = entriesAt(root, ['features', 'events'], columnGroup);
  return [
    ...named.map(({ path, key }) => ({ path, name: String(key) })),
    ...groups.flatMap(({ path, value }) =>
      Object.keys(value.codes).flatMap((feature) =>
        [...new Set(value.aggregates)].map((aggregate) => ({
          path: [...path, 'codes', feature],
          name: eventColumn(feature, aggregate, value),
        })),
      ),
    ),
  ];
}
