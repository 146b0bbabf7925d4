import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Estimator } from '../../../src/synthesizers/aim/estimate.js';
import { projectionOf, sumOnto } from '../../../src/synthesizers/aim/factor.js';
import { cellsOf } from '../../../src/synthesizers/workload.js';

const table = z.object({ columns: z.array(z.int()), values: z.array(z.number()) });
/** Made by goldens/estimate.py with private-pgm's FactoredInference (20,000 steps of mirror descent). */
const golden = z
  .object({
    sizes: z.array(z.int()),
    total: z.number(),
    measurements: z.array(table.extend({ sigma: z.number() })),
    loss: z.number(),
    marginals: z.array(table),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/estimate.json', import.meta.url), 'utf8')));

it('estimates the marginals of private-pgm from contradicting noisy tables, within 0.2 of 1,000 rows', () => {
  const { sizes, total, measurements, loss, marginals } = golden;
  const estimator = new Estimator(sizes);
  for (const { columns, values, sigma } of measurements) {
    estimator.add({
      columns,
      values: Float64Array.from(values),
      weights: new Float64Array(values.length).fill(sigma ** -2),
    });
  }
  expect(estimator.fit(total, 10_000)).toBeCloseTo(loss, 2);
  const { tree, beliefs } = estimator.model;
  let compared = 0;
  for (const { columns, values } of marginals) {
    const home = tree.cliques.findIndex((clique) => columns.every((c) => clique.includes(c)));
    if (home < 0) continue; // tables across cliques follow from those within
    const out = new Float64Array(cellsOf(columns, sizes));
    sumOnto(projectionOf(tree.cliques[home]!, columns, sizes), beliefs[home]!, out);
    for (const [i, v] of values.entries()) expect(Math.abs(total * out[i]! - v)).toBeLessThan(0.2);
    compared++;
  }
  expect(compared).toBe(2);
});
