import type { Rng } from '../../../core/index.js';
import { sampleIndexes } from '../../../numerics/index.js';
import type { Targets } from '../../../privacy/index.js';
import type { CompiledValidation } from '../options.js';
import type { Subjects } from '../subjects.js';

/** Fewest targets a side and rows of the population: with fewer an interval of the area is wider than ±0.06. */
const leastTargets = 200;

/** Which rows play which part. Rows are indexes into the train, the test and the synthetic table. */
export interface AttackRows {
  /** Training rows whose membership is asked for. */
  readonly members: Uint32Array;
  /** As many test rows that nobody learned from. */
  readonly others: Uint32Array;
  /** Test rows that the attacker knows: the population. No patient is also among `others`. */
  readonly reference: Uint32Array;
  readonly synthetic: Uint32Array;
  readonly targets: Targets;
}

/** Deals the parts out by patient, or says why there are too few rows. */
export function dealRows(
  parts: {
    readonly train: Subjects;
    readonly test: Subjects;
    readonly syntheticRows: number;
  },
  options: CompiledValidation['privacy'],
  rng: Rng,
): AttackRows | { readonly notComputable: string } {
  const { train, test, syntheticRows } = parts;
  if (options.targets === 0) return { notComputable: 'Switched off.' };
  const half = Math.floor(test.ofRow.length / 2);
  const wanted = Math.min(options.targets, half, train.ofRow.length);
  const byPatient = rowsByPatient(test, rng.split('test'));
  const others = Uint32Array.from(byPatient.slice(0, wanted)).sort();
  const taken = new Set(Array.from(others, (row) => test.ofRow[row]!));
  const free = byPatient.filter((row) => !taken.has(test.ofRow[row]!));
  const reference = Uint32Array.from(free.slice(0, options.reference)).sort();
  if (Math.min(wanted, reference.length, syntheticRows) < leastTargets) {
    return {
      notComputable: `Attacks need ${leastTargets} training rows, ${2 * leastTargets} held-out rows and ${leastTargets} synthetic rows.`,
    };
  }
  const members = sampleIndexes(train.ofRow.length, wanted, rng.split('members'));
  return {
    members,
    others,
    reference,
    synthetic: sampleIndexes(syntheticRows, options.rows, rng.split('synthetic')),
    targets: numberTargets(
      Array.from(members, (row) => train.ofRow[row]!),
      Array.from(others, (row) => test.ofRow[row]!),
    ),
  };
}

/** The rows of a table, patient after patient, patients in random order. */
function rowsByPatient({ ofRow, count }: Subjects, rng: Rng): number[] {
  const place = new Uint32Array(count);
  for (const [i, patient] of rng.permutation(count).entries()) place[patient] = i;
  return [...ofRow.keys()].sort((a, b) => place[ofRow[a]!]! - place[ofRow[b]!]! || a - b);
}

/** Members first; patients of the two sides are different people. */
function numberTargets(members: readonly number[], others: readonly number[]): Targets {
  const known = new Map<string, number>();
  const numberOf = (key: string): number => {
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  };
  const patient = Uint32Array.from([
    ...members.map((p) => numberOf(`member ${p}`)),
    ...others.map((p) => numberOf(`other ${p}`)),
  ]);
  const member = Uint8Array.from(patient, (_, i) => (i < members.length ? 1 : 0));
  return { member, patient, patients: known.size };
}
