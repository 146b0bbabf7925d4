import { Rng } from '../../src/core/index.js';
import type { Cell, ColumnSchema, Table } from '../../src/table/index.js';
import { cellOf, tableFromRows } from '../../src/table/index.js';

export function schemaOf(
  name: string,
  kind: ColumnSchema['kind'],
  more: Partial<ColumnSchema> = {},
): ColumnSchema {
  return { name, kind, role: 'feature', missing: true, ...more };
}

/**
 * A made-up table with planted structure: `parity` is the exclusive or of two fair coins, `group` follows from `age`, `lab` depends on
 * age and is missing mostly for the young, `cost` is zero for half of the rows, `score` has two decimals, and the label
 * depends on lab and parity.
 */
export function plantedTable(rows: number, seed: number): Table {
  const rng = Rng.create(seed);
  const schemas: ColumnSchema[] = [
    schemaOf('age', 'count', { role: 'anchor', unit: 'a', missing: false }),
    schemaOf('coin', 'binary', { categories: ['no', 'yes'], missing: false }),
    schemaOf('other', 'binary', { categories: ['no', 'yes'], missing: false }),
    schemaOf('parity', 'categorical', { categories: ['even', 'odd'], missing: false }),
    schemaOf('group', 'ordinal', { categories: ['child', 'adult', 'old'], missing: false }),
    schemaOf('lab', 'continuous', { unit: 'mmol/L' }),
    schemaOf('cost', 'continuous'),
    schemaOf('score', 'continuous', { decimals: 2, missing: false }),
    schemaOf('ward', 'categorical', { categories: ['a', 'b', 'c', 'never'] }),
    schemaOf('died', 'binary', { role: 'label', categories: ['no', 'yes'] }),
  ];
  return tableFromRows(
    schemas,
    Array.from({ length: rows }, () => plantedRow(rng)),
  );
}

function plantedRow(rng: Rng): Record<string, Cell> {
  const age = rng.int(90);
  const coin = rng.int(2);
  const other = rng.int(2);
  const group = age < 18 ? 'child' : age < 65 ? 'adult' : 'old';
  const lab = Math.round((4 + age / 30 + 0.4 * rng.normal()) * 10) / 10;
  const logit = -3 + lab / 2 + (coin === other ? -0.7 : 0.7);
  return {
    age,
    coin: coin === 1 ? 'yes' : 'no',
    other: other === 1 ? 'yes' : 'no',
    parity: coin === other ? 'even' : 'odd',
    group,
    lab: rng.next() < (age < 30 ? 0.7 : 0.1) ? null : lab,
    cost: rng.next() < 0.5 ? 0 : Math.round(100 * (1 + age) * rng.exponential()) / 100,
    score: Math.round(100 * rng.next()) / 100,
    ward: rng.next() < 0.2 ? null : (['a', 'b', 'c'][rng.int(3)] ?? null),
    died: rng.next() < 1 / (1 + Math.exp(-logit)) ? 'yes' : 'no',
  };
}

/** Mean over rows of a property of several cells. */
export function share(table: Table, names: readonly string[], holds: (...cells: Cell[]) => boolean): number {
  const columns = names.map((name) => table.column(name));
  let count = 0;
  for (let row = 0; row < table.rows; row++) if (holds(...columns.map((c) => cellOf(c, row)))) count++;
  return count / table.rows;
}

/** Everything in a table that could differ, for comparing outputs byte by byte. */
export function bytesOf(table: Table): string {
  return table.columns
    .map((c) => {
      const stored = c.type === 'numeric' ? c.values : c.codes;
      const view = Buffer.from(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
      return `${c.schema.name}:${view.toString('base64')}:${Buffer.from(c.valid).toString('base64')}`;
    })
    .join('\n');
}
