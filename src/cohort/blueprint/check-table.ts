import { z } from 'zod';
import type { Problem } from '../../core/index.js';
import { checkShared, repeated } from './check-common.js';
import type { Part } from './parts.js';
import { entriesAt } from './parts.js';

const rules = ['equals', 'in', 'over', 'group', 'map'] as const;
const anyRule = z.looseObject({});

/** What the schema cannot see: rules that contradict each other, names given twice, references between sections. */
export function checkTable(root: unknown): Problem[] {
  const tasks = entriesAt(root, ['tasks'], z.looseObject({ id: z.string() })).map(({ path, value }) => ({
    path: [...path, 'id'],
    name: value.id,
  }));
  const labels = entriesAt(root, ['tasks'], z.looseObject({ label: anyRule })).map(
    ({ path, key, value }) => ({
      path: [...path, 'label'],
      key,
      value: value.label,
    }),
  );
  const derived = entriesAt(root, ['table', 'derive'], anyRule);
  const columns = [
    ...derived.map(({ path, key }) => ({ path, name: String(key) })),
    ...labels.flatMap(({ path, value }) =>
      typeof value['name'] === 'string' ? [{ path: [...path, 'name'], name: value['name'] }] : [],
    ),
  ];
  return [
    ...[...derived, ...labels].flatMap(checkRule),
    ...labels.flatMap(checkTop),
    ...repeated(columns, 'column name'),
    ...checkShared(root, tasks),
  ];
}

function checkRule({ path, value }: Part<Record<string, unknown>>): Problem[] {
  const given = rules.filter((rule) => value[rule] !== undefined);
  if (given.length === 1) return [];
  const got = given.length === 0 ? 'none' : given.join(' and ');
  return [{ path, expected: `exactly one rule of ${rules.join(', ')}`, got }];
}

function checkTop({ path, value }: Part<Record<string, unknown>>): Problem[] {
  if (value['top'] === undefined || value['group'] !== undefined) return [];
  return [{ path: [...path, 'top'], expected: 'a rule `group` beside it', got: 'none' }];
}
