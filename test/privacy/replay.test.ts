import { expect, test } from 'vitest';
import { PrivacyError, Rng } from '../../src/core/index.js';
import { assertNeighbourSafe, injectedNoise, neighbourTables } from '../../src/privacy/index.js';
import type { Curator } from '../../src/privacy/index.js';
import { Table, tableFromRows } from '../../src/table/index.js';

/** 60 people with a category, an age with one decimal, and a laboratory value that is never missing though it may be. */
function people(): Table {
  const rng = Rng.create('replay');
  const rows = Array.from({ length: 60 }, () => ({
    ward: ['a', 'b'][rng.int(2)]!,
    age: 20 + rng.int(600) / 10,
    lab: 1 + rng.int(9),
  }));
  return tableFromRows(
    [
      {
        name: 'ward',
        kind: 'categorical',
        role: 'feature',
        missing: false,
        categories: ['a', 'b', 'c'],
        domain: 'declared',
      },
      {
        name: 'age',
        kind: 'continuous',
        role: 'feature',
        missing: false,
        bounds: [0, 120],
        domain: 'declared',
      },
      {
        name: 'lab',
        kind: 'continuous',
        role: 'feature',
        missing: true,
        bounds: [0, 10],
        domain: 'declared',
      },
    ],
    rows,
  );
}

const numbers = (table: Table, name: string): { values: Float64Array; valid: Uint8Array } => {
  const column = table.column(name);
  if (column.type !== 'numeric') throw new Error(name);
  return column;
};

/** Counts of wards, by a table of counts. */
function wards(table: Table): Float64Array {
  const column = table.column('ward');
  if (column.type !== 'categorical') throw new Error('ward');
  const counts = new Float64Array(column.schema.categories.length);
  for (const code of column.codes) counts[code]!++;
  return counts;
}

/** Age in whole years within its bounds, summed. */
function ages(table: Table): number {
  let sum = 0;
  for (const age of numbers(table, 'age').values) sum += Math.trunc(Math.min(Math.max(age, 0), 120));
  return sum;
}

interface Model {
  readonly [key: string]: unknown;
}

/** A private fit without leaks; plants add theirs. */
function honest(table: Table, curator: Curator): Model {
  const rho = curator.rho / 8;
  const counts = curator.sums({
    purpose: 'measurement',
    about: 'ward',
    rowNorm: 1,
    rho,
    sums: () => wards(table),
  });
  const mean = curator.sums({
    purpose: 'measurement',
    about: 'age',
    rowNorm: 120,
    rho,
    sums: () => Float64Array.of(ages(table)),
  });
  const common = curator.choose({
    purpose: 'selection',
    about: 'ward',
    rowSensitivity: 1,
    rho,
    scores: () => wards(table),
  });
  const values = curator.keys({
    purpose: 'domain',
    about: 'lab',
    rho,
    deltaShare: 0.05,
    counts: () => labs(table),
  });
  curator.declare({ purpose: 'columns', about: 'names' });
  return {
    counts: [...counts.values],
    mean: [...mean.values],
    common,
    values: [...values],
    receipt: curator.receipt(),
  };
}

function labs(table: Table): Map<string, number> {
  const counts = new Map<string, number>();
  const { values, valid } = numbers(table, 'lab');
  values.forEach((value, i) => {
    if (valid[i] === 1) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  });
  return counts;
}

const check = (fit: (table: Table, curator: Curator) => Model) => {
  const table = people();
  return assertNeighbourSafe({
    fit,
    table,
    neighbours: neighbourTables(table),
    serialise: (model) => JSON.stringify(model),
    budget: { epsilon: 2, delta: 1e-5 },
    noise: injectedNoise(Rng.create('replay noise')),
  });
};

test('a fit that learns through the curator alone passes on every neighbour', async () => {
  expect(await check(honest)).toEqual({ steps: 6, neighbours: 10 });
});

test('several rows of a unit: a unit is removed or added with all its rows', async () => {
  const table = people();
  const units = Array.from({ length: table.rows }, (_, i) => `p${i >> 1}`);
  const neighbours = neighbourTables(table, { units, rowsPerUnit: 2 });
  expect(neighbours.map((n) => n.table.rows)).toEqual([58, 58, 58, 62, 62, 62, 62, 62, 62, 62]);
  const run = (rowsPerUnit: number) =>
    assertNeighbourSafe({
      fit: honest,
      table,
      neighbours,
      serialise: (model) => JSON.stringify(model),
      budget: { epsilon: 2, delta: 1e-5, rowsPerUnit },
      noise: injectedNoise(Rng.create('replay noise')),
    });
  await expect(run(2)).resolves.toBeDefined();
  await expect(run(1)).rejects.toThrow(/SENSITIVITY_EXCEEDED/);
});

const plants: Readonly<Record<string, { fit: (table: Table, curator: Curator) => Model; says: RegExp }>> = {
  'an exact mean in the model': {
    fit: (table, curator) => ({ ...honest(table, curator), mean: ages(table) / table.rows }),
    says: /the result differs/,
  },
  'a list of categories from the data': {
    fit: (table, curator) => {
      const seen = [...wards(table)].map((n) => n > 0);
      return { ...honest(table, curator), seen };
    },
    says: /rarest categories: the result differs/,
  },
  'the number of rows': {
    fit: (table, curator) => ({ ...honest(table, curator), rows: table.rows }),
    says: /removed: the result differs/,
  },
  'the number of decimals': {
    fit: (table, curator) => {
      const decimals = Math.max(
        ...[...numbers(table, 'age').values].map((v) => String(v).split('.')[1]?.length ?? 0),
      );
      return { ...honest(table, curator), decimals };
    },
    says: /more decimals: the result differs/,
  },
  'whether values are missing': {
    fit: (table, curator) => ({
      ...honest(table, curator),
      missing: numbers(table, 'lab').valid.includes(0),
    }),
    says: /misses all that may be missing: the result differs/,
  },
  'the largest value': {
    fit: (table, curator) => ({ ...honest(table, curator), most: Math.max(...numbers(table, 'age').values) }),
    says: /far above: the result differs/,
  },
  'a sensitivity that ignores the bounds': {
    fit: (table, curator) => {
      const sums = () => Float64Array.of(numbers(table, 'age').values.reduce((a, b) => a + Math.trunc(b), 0));
      curator.sums({ purpose: 'measurement', about: 'age', rowNorm: 120, rho: curator.left / 4, sums });
      return honest(table, curator);
    },
    says: /far below: SENSITIVITY_EXCEEDED/,
  },
  'a sensitivity of one table for two': {
    fit: (table, curator) => {
      const sums = () => Float64Array.of(...wards(table), ...wards(table));
      curator.sums({ purpose: 'measurement', about: 'two tables', rowNorm: 1, rho: curator.left / 4, sums });
      return honest(table, curator);
    },
    says: /two tables.*expected at most 1, got 1\.41/,
  },
  'scores that move by two': {
    fit: (table, curator) => {
      const scores = () => wards(table).map((n) => 2 * n);
      curator.choose({ purpose: 'selection', about: 'x', rowSensitivity: 1, rho: curator.left / 4, scores });
      return honest(table, curator);
    },
    says: /SENSITIVITY_EXCEEDED/,
  },
  'keys of two columns counted as one': {
    fit: (table, curator) => {
      const counts = () =>
        new Map([...labs(table), ...[...wards(table)].map((n, i) => [`w${i}`, n] as const)]);
      curator.keys({ purpose: 'domain', about: 'x', rho: curator.left / 4, deltaShare: 0.01, counts });
      return honest(table, curator);
    },
    says: /SENSITIVITY_EXCEEDED/,
  },
  'a cost that depends on the rows': {
    fit: (table, curator) => {
      const rho = curator.left / (10 + table.rows);
      curator.sums({
        purpose: 'measurement',
        about: 'n',
        rowNorm: 1,
        rho,
        sums: () => Float64Array.of(table.rows),
      });
      return honest(table, curator);
    },
    says: /Question 1 is another one/,
  },
  'a question that is asked only where something is missing': {
    fit: (table, curator) => {
      if (numbers(table, 'lab').valid.includes(0)) curator.declare({ purpose: 'missingness', about: 'lab' });
      return honest(table, curator);
    },
    says: /misses all that may be missing: REPLAY_DIFFERS/,
  },
  'one question less for few rows': {
    fit: (table, curator) => {
      const model = honest(table, curator);
      if (table.rows >= 60) curator.declare({ purpose: 'columns', about: 'many' });
      return model;
    },
    says: /asked 1 questions less/,
  },
  'an answer whose length is that of the data': {
    fit: (table, curator) => {
      const sums = () => new Float64Array(table.rows);
      curator.sums({ purpose: 'measurement', about: 'n', rowNorm: 1, rho: curator.left / 4, sums });
      return honest(table, curator);
    },
    says: /another length/,
  },
  'a failure on few rows': {
    fit: (table, curator) => {
      if (table.rows < 60) throw new PrivacyError('TOO_FEW', 'Too few rows.');
      return honest(table, curator);
    },
    says: /removed: TOO_FEW/,
  },
  'chance from outside': {
    fit: (() => {
      let calls = 0;
      return (table: Table, curator: Curator) => ({ ...honest(table, curator), calls: calls++ });
    })(),
    says: /the same table again: the result differs/,
  },
};

test.each(Object.entries(plants))('neighbour replay catches %s', async (_, { fit, says }) => {
  await expect(check(fit)).rejects.toThrow(says);
  await expect(check(fit)).rejects.toMatchObject({ code: 'NEIGHBOUR_LEAK', kind: 'privacy' });
});
