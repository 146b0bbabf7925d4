import { Rng } from '../../../src/core/index.js';
import type { Curator, CuratorOptions } from '../../../src/privacy/index.js';
import { createCurator, injectedNoise } from '../../../src/privacy/index.js';
import type { FitContext } from '../../../src/synthesizers/index.js';
import type { ColumnSchema } from '../../../src/table/index.js';
import { Table } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { plantedTable } from '../tables.js';

/** The planted table with a domain that is declared: bounds, decimals, and missing values where they may be. */
export function declaredTable(rows: number, seed: number): Table {
  const more: Record<string, Partial<ColumnSchema>> = {
    age: { bounds: [0, 100], decimals: 0 },
    lab: { bounds: [0, 15], decimals: 1 },
    cost: { bounds: [0, 100_000], decimals: 2 },
    score: { bounds: [0, 1], decimals: 2 },
  };
  const table = plantedTable(rows, seed);
  return withSchema(table, (schema) => ({ ...schema, ...more[schema.name], domain: 'declared' }));
}

export function withSchema(table: Table, change: (schema: ColumnSchema) => ColumnSchema): Table {
  return new Table(
    table.rows,
    table.columns.map((column) =>
      column.type === 'numeric'
        ? { ...column, schema: change(column.schema) }
        : { ...column, schema: { ...change(column.schema), categories: column.schema.categories } },
    ),
  );
}

/** A context with a budget; its noise comes from a seed, so that tests repeat. */
export function privateContext(budget: Partial<CuratorOptions> = {}, workers = 1): FitContext {
  const noise = injectedNoise(Rng.create('test noise'));
  return withCurator(createCurator({ epsilon: 3, delta: 1e-6, ...budget }, noise), workers);
}

export function withCurator(curator: Curator, workers = 1): FitContext {
  return { ...testContext(workers), curator };
}
