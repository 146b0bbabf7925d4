import { beforeAll, describe, expect, it } from 'vitest';
import { Rng, systemClock } from '../../../src/core/index.js';
import { auc } from '../../../src/numerics/index.js';
import type { AttackId, MembershipScores } from '../../../src/privacy/attacks/index.js';
import {
  attackIds,
  attacks,
  encodeRows,
  learnSpace,
  membershipScores,
  stackRows,
  takeRows,
} from '../../../src/privacy/attacks/index.js';
import { silentProgress, WorkerPool } from '../../../src/runtime/index.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';

const schema: readonly ColumnSchema[] = [
  ...['a', 'b', 'c'].map((name) => ({
    name,
    kind: 'continuous' as const,
    role: 'feature' as const,
    missing: true,
  })),
  { name: 'd', kind: 'categorical', role: 'feature', missing: false, categories: ['u', 'v', 'w'] },
  { name: 'e', kind: 'binary', role: 'feature', missing: false, categories: ['no', 'yes'] },
];

/** Fresh rows of one known distribution. */
function draw(rows: number, seed: number): Table {
  const rng = Rng.create(seed).split('rows');
  return tableFromRows(
    schema,
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const x = rng.normal();
      return {
        a: x,
        b: rng.next() < 0.1 ? null : 0.5 * x + rng.normal(),
        c: Math.exp(rng.normal()),
        d: ['u', 'v', 'w'][rng.weightedIndex([0.5, 0.3, 0.2])]!,
        e: rng.next() < 1 / (1 + Math.exp(-x)) ? 'yes' : 'no',
      };
    }),
  );
}

const n = 1500;
const train = draw(4000, 1);
const heldOut = draw(5000, 2);
const member = Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 1 : 0));
/** Standard deviation of the area under no difference (Mann-Whitney). */
const sd = Math.sqrt((2 * n + 1) / 12 / n / n);

async function attack(synthetic: Table): Promise<MembershipScores> {
  const space = learnSpace(heldOut, [train, heldOut, synthetic]);
  const [t, h, s] = [train, heldOut, synthetic].map((table) => encodeRows(space, table)) as [
    ReturnType<typeof encodeRows>,
    ReturnType<typeof encodeRows>,
    ReturnType<typeof encodeRows>,
  ];
  const range = (from: number, to: number): Uint32Array =>
    Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return membershipScores(
    {
      targets: stackRows(takeRows(t, range(0, n)), takeRows(h, range(0, n))),
      reference: takeRows(h, range(n, 5000)),
      synthetic: s,
      planted: { replaced: range(0, 400), copies: takeRows(t, range(0, 400)) },
      densityRows: 2000,
    },
    {
      rng: Rng.create(3),
      clock: systemClock,
      pool: new WorkerPool(1),
      progress: silentProgress,
    },
  );
}

const areaOf = (scores: ReadonlyMap<AttackId, Float64Array>, id: AttackId): number =>
  auc(scores.get(id)!, member)!;

let fresh: MembershipScores;
let copied: MembershipScores;
beforeAll(async () => {
  fresh = await attack(draw(4000, 5));
  copied = await attack(train);
});

describe('membershipScores', () => {
  it('stays at chance on fresh rows of the same distribution, every attack (4 standard deviations)', () => {
    expect(fresh.observed.size).toBe(8);
    for (const id of fresh.observed.keys()) {
      expect(Math.abs(areaOf(fresh.observed, id) - 0.5), id).toBeLessThan(4 * sd);
    }
  });

  it('catches a copy of the training rows', () => {
    expect(areaOf(copied.observed, 'closest-record')).toBeGreaterThan(0.99);
    expect(areaOf(copied.observed, 'closest-record-difference')).toBeGreaterThan(0.75);
    expect(areaOf(copied.observed, 'local-density-ratio')).toBeGreaterThan(0.75);
    for (const id of ['neighbourhood', 'monte-carlo', 'density-ratio', 'likelihood-ratio'] as const) {
      expect(areaOf(copied.observed, id), id).toBeGreaterThan(0.5 + 4 * sd);
    }
  });

  it('catches copies planted in a tenth of fresh rows: 400 of 1500 members are among them', () => {
    expect(areaOf(fresh.planted, 'closest-record')).toBeGreaterThan(0.5 + 6 * sd);
    const near = [...fresh.planted.get('closest-record')!];
    expect(near.slice(0, 400).every((score) => score === 0)).toBe(true);
    const others = near.slice(n).filter((score) => score === 0).length;
    expect(others).toBe(0);
  });

  it('calls the same targets remote whoever is a member', () => {
    expect([...copied.remoteness]).toEqual([...fresh.remoteness]);
    expect(Math.abs(auc(fresh.remoteness, member)! - 0.5)).toBeLessThan(4 * sd);
  });

  it('documents every attack with its source', () => {
    expect(attacks.map((a) => a.id)).toEqual([...attackIds]);
    for (const a of attacks) expect(a.source.length).toBeGreaterThan(30);
  });
});
