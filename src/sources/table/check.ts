import type { TableBlueprint } from '../../cohort/index.js';
import { didYouMean, UserError } from '../../core/index.js';

/** Every column that a blueprint names, with the key that names it. */
function named(blueprint: TableBlueprint): [key: string, column: string][] {
  const { table, tasks } = blueprint;
  const rows = table.rows.flatMap((step, i): [string, string][] =>
    'exclude' in step
      ? [[`table.rows[${i}].exclude.column`, step.exclude.column]]
      : [
          [`table.rows[${i}].firstPer`, step.firstPer],
          [`table.rows[${i}].by`, step.by],
        ],
  );
  const labels = tasks.flatMap(({ label }, i): [string, string][] => [
    [`tasks[${i}].label.from`, label.from],
    ...label.missingWhere.map(({ column }): [string, string] => [`tasks[${i}].label.missingWhere`, column]),
  ]);
  return [
    ...(table.subject === undefined ? [] : [['table.subject', table.subject] as [string, string]]),
    ...table.keys.map((column): [string, string] => ['table.keys', column]),
    ...table.anchors.map((column): [string, string] => ['table.anchors', column]),
    ...table.drop.map((column): [string, string] => ['table.drop', column]),
    ...Object.keys(table.columns).map((column): [string, string] => ['table.columns', column]),
    ...Object.entries(table.derive).map(([name, rule]): [string, string] => [
      `table.derive.${name}.from`,
      rule.from,
    ]),
    ...rows,
    ...labels,
  ];
}

/** Columns that the rules read although they may not be features. */
export function readByRules(blueprint: TableBlueprint): ReadonlySet<string> {
  const free = new Set(['table.drop', 'table.columns', 'table.keys', 'table.anchors']);
  return new Set(named(blueprint).flatMap(([key, column]) => (free.has(key) ? [] : [column])));
}

/**
 * Checks a blueprint's column names against those of the file (excluded columns may be derived ones too).
 * @throws UserError `BAD_BLUEPRINT` listing every name that does not fit.
 */
export function checkColumns(blueprint: TableBlueprint, found: readonly string[]): void {
  const derived = Object.keys(blueprint.table.derive);
  const problems = [
    ...named(blueprint).filter(([, column]) => !found.includes(column)),
    ...blueprint.tasks.flatMap(({ exclude }, i) =>
      exclude
        .filter((column) => !found.includes(column) && !derived.includes(column))
        .map((column): [string, string] => [`tasks[${i}].exclude`, column]),
    ),
  ].map(([key, column]) => {
    const hint = didYouMean(column, [...found, ...derived]);
    return `\n  - ${key}: the file has no column '${column}'${hint === undefined ? '' : `; ${hint}`}`;
  });
  const clashes = [...derived, ...blueprint.tasks.map((t) => t.label.name)]
    .filter((name) => found.includes(name))
    .map((name) => `\n  - '${name}' is a column of the file already: give the new column another name`);
  if (problems.length + clashes.length === 0) return;
  throw new UserError(
    'BAD_BLUEPRINT',
    `The blueprint ${blueprint.name} does not fit the file:${[...problems, ...clashes].join('')}`,
    { expected: `columns among ${found.slice(0, 60).join(', ')}` },
  );
}
