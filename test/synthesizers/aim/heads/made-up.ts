import { Rng } from '../../../../src/core/index.js';
import type { Curator } from '../../../../src/privacy/index.js';
import { createCurator, injectedNoise } from '../../../../src/privacy/index.js';
import type { HeadColumn, HeadRows, HeadsRequest } from '../../../../src/synthesizers/aim/heads/index.js';

export const features: readonly HeadColumn[] = [
  { name: 'age', size: 6, scores: [0, 1, 2, 3, 4, 5] },
  { name: 'ward', size: 4 },
  { name: 'lactate', size: 5, scores: [1, 2, 4, 8, 0], missing: 4 },
];
const labels: readonly HeadColumn[] = [
  { name: 'died', size: 2 },
  { name: 'group', size: 3 },
];

/** Log odds of `died` that the made-up records follow. */
export function trueOdds(age: number, ward: number, lactate: number): number {
  return -1 + 0.5 * (age - 2.5) + [0.8, -0.4, 0, -0.4][ward]! + [-0.6, 0, 0.3, 0.9, -0.2][lactate]!;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function featureRows(rows: number, rng: Rng): HeadRows {
  const ward = Uint16Array.from({ length: rows }, () => rng.weightedIndex([5, 3, 2, 1]));
  const age = Uint16Array.from(ward, (w) => Math.min(5, Math.floor(rng.next() * (4 + w))));
  const lactate = Uint16Array.from({ length: rows }, () => rng.weightedIndex([4, 3, 2, 1, 2]));
  return { rows, columns: features, codes: [age, ward, lactate] };
}

function labelRows({ rows, codes }: HeadRows, rng: Rng): HeadRows {
  const [age, ward, lactate] = codes as [Uint16Array, Uint16Array, Uint16Array];
  const died = Uint16Array.from({ length: rows }, (_, i) =>
    rng.next() < sigmoid(trueOdds(age[i]!, ward[i]!, lactate[i]!)) ? 1 : 0,
  );
  const group = died.map((d, i) => rng.weightedIndex([1 + ward[i]!, 1 + 2 * d, 1]));
  return { rows, columns: labels, codes: [died, group] };
}

/** A fit of made-up records, the drawn rows from the same features. */
export function request(rows: number, rho: number, more: Partial<HeadsRequest> = {}): HeadsRequest {
  const rng = Rng.create('made up');
  const real = featureRows(rows, rng.split('real'));
  return {
    features: real,
    labels: labelRows(real, rng.split('labels')),
    drawn: featureRows(4000, rng.split('drawn')),
    count: rows,
    curator: curator(),
    rho,
    rng: rng.split('fit'),
    ...more,
  };
}

/** A curator with a seeded noise and much to spend. */
export function curator(seed = 1): Curator {
  return createCurator({ epsilon: 100, delta: 1e-5 }, injectedNoise(Rng.create(seed)));
}

/** Answers without noise and with the best choice. */
export function noiseless(): Curator {
  return {
    ...curator(),
    sums: (asked) => ({ values: asked.sums().map((v) => v * (asked.quantum ?? 1)), sigma: 0 }),
    choose: (asked) => {
      const all = asked.scores();
      return all.indexOf(Math.max(...all));
    },
  };
}
