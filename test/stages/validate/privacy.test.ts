import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, Rng } from '../../../src/core/index.js';
import { WorkerPool } from '../../../src/runtime/index.js';
import type { Layer, Metric, PrivacyDetail } from '../../../src/stages/validate/index.js';
import { compileValidation } from '../../../src/stages/validate/index.js';
import { alignTable, stackTables } from '../../../src/stages/validate/align.js';
import { distanceHistogram } from '../../../src/stages/validate/privacy/distances.js';
import { measurePrivacy } from '../../../src/stages/validate/privacy/index.js';
import { dealRows } from '../../../src/stages/validate/privacy/parts.js';
import { subjectsOf } from '../../../src/stages/validate/subjects.js';
import { mostByChance } from '../../../src/stages/validate/trilemma.js';
import type { Table } from '../../../src/table/index.js';
import { contextOf, maker, toyTable, toyTasks } from './toy.js';

const options = compileValidation({ privacy: { targets: 1100, densityRows: 500, resamples: 60 } });
const train = toyTable(2600, 1);
const test = toyTable(2600, 2, 8_000_001);

type Result = Awaited<ReturnType<typeof measurePrivacy>>;
type Computed = Extract<PrivacyDetail, { status: 'computed' }>;

function run(synthetic: Table, changes: Partial<Parameters<typeof measurePrivacy>[0]> = {}): Promise<Result> {
  return measurePrivacy({
    train: alignTable(train, train),
    test: alignTable(test, train),
    synthetic: alignTable(synthetic, train),
    trainSubjects: subjectsOf(train, 'subject_id'),
    testSubjects: subjectsOf(test, 'subject_id'),
    tasks: toyTasks,
    claim: maker.privacy,
    options,
    context: contextOf(4),
    ...changes,
  });
}

function computed({ detail }: Result): Computed {
  if (detail.status !== 'computed') throw new Error(detail.reason);
  return detail;
}
const metricOf = (layer: Layer, id: string): Metric | undefined => layer.metrics.find((m) => m.id === id);
const passedOf = (layer: Layer, id: string): boolean | null | undefined => {
  const found = metricOf(layer, id);
  return found === undefined || 'notComputable' in found ? undefined : found.passed;
};

/** Fresh rows of which a tenth are copies of training rows. */
function memoriser(): Table {
  const fresh = alignTable(toyTable(2600, 9), train);
  const rng = Rng.create(12);
  const copies = alignTable(train, train).take(rng.split('copies').permutation(train.rows).subarray(0, 260));
  return stackTables(fresh.take(rng.split('kept').permutation(fresh.rows).subarray(0, 2340)), copies);
}

let fresh: Result;
let planted: Result;
let copied: Result;
beforeAll(async () => {
  fresh = await run(toyTable(2600, 9));
  planted = await run(memoriser());
  copied = await run(train);
});

describe('measurePrivacy', () => {
  it('passes fresh rows of the same ward, with nine attacks at chance', () => {
    const detail = computed(fresh);
    expect(fresh.layer.verdict, fresh.layer.reason).toBe('pass');
    expect(detail.attacks).toHaveLength(9);
    expect(detail.rates).toEqual([0.01, 0.1]);
    const { members, others } = detail.targets;
    const sd = Math.sqrt((members + others + 1) / 12 / members / others);
    for (const a of detail.attacks) {
      expect(Math.abs(a.auc.value - 0.5), a.id).toBeLessThan(4 * sd);
      expect(Math.abs(a.heldOut - 0.5), a.id).toBeLessThan(6 * sd); // halves: √2 to 2 times as wide
    }
    expect(detail.chance.p).toBeGreaterThan(0.01);
    expect(detail.chance.upper).toBeGreaterThan(0.5);
  });

  it('catches a memoriser that copies a tenth of its training rows', () => {
    expect(planted.layer.verdict).toBe('fail');
    expect(passedOf(planted.layer, 'privacy.found')).toBe(false);
    expect(computed(planted).chance.p).toBeLessThan(0.02);
  });

  it('catches a full copy by every measure', () => {
    const detail = computed(copied);
    expect(copied.layer.verdict).toBe('fail');
    expect(passedOf(copied.layer, 'privacy.membership')).toBe(false);
    expect(passedOf(copied.layer, 'privacy.remote')).toBe(false);
    expect(passedOf(copied.layer, 'privacy.attribute.dx')).toBe(false);
    expect(detail.attacks.find((a) => a.id === 'closest-record')!.auc.value).toBeGreaterThan(0.97);
    expect(detail.attributes.find((a) => a.column === 'dx')!.advantage.low).toBeGreaterThan(0.05);
    expect(detail.distances.median).toBe(0);
    expect(detail.distances.share.value).toBeGreaterThan(0.6);
    expect(detail.distances.below.value).toBeGreaterThan(0.5);
  });

  it('is sure of itself only when the planted copies are caught', async () => {
    expect(computed(fresh).control.caught).toBe(true);
    expect(computed(fresh).control.copy).toBeGreaterThan(0.9);
    const blind = await run(toyTable(2600, 9), {
      options: compileValidation({
        thresholds: { found: 0.9, membership: 0.99 }, // nothing would raise this alarm
        privacy: { densityRows: 500, resamples: 50 },
      }),
    });
    expect(computed(blind).control.caught).toBe(false);
    expect(blind.layer.verdict).toBe('not-computable');
    expect(blind.layer.reason).toMatch(/missed 260 planted copies/);
  });

  it('guesses attributes better than the most frequent value without holding that against fresh rows', () => {
    const { attributes } = computed(fresh);
    expect(attributes.map((a) => a.column)).toEqual(['died', 'dx']);
    const dx = attributes[1]!;
    expect(dx.others).toBeGreaterThan(dx.majority + 0.1);
    expect(Math.abs(dx.others - dx.realRows)).toBeLessThan(0.06);
    expect(dx.advantage.low).toBeLessThan(0.02);
  });

  it('takes the columns it is told to guess, numbers among them', async () => {
    const sensitive = ['lactate'];
    const result = await run(toyTable(2600, 9), {
      options: { ...options, privacy: { ...options.privacy, sensitive } },
    });
    const [lactate] = computed(result).attributes;
    expect(lactate!.column).toBe('lactate');
    expect(lactate!.cells).toBeGreaterThan(5);
  });

  it('says why a small table cannot be attacked, and never passes it', async () => {
    const few = { test: alignTable(test.take([...Array(300).keys()]), train) };
    const result = await run(toyTable(2600, 9), {
      ...few,
      testSubjects: subjectsOf(test.take([...Array(300).keys()]), 'subject_id'),
    });
    expect(result.layer.verdict).toBe('not-computable');
    expect(result.detail).toMatchObject({ status: 'not-computable' });
    const off = await run(toyTable(2600, 9), { options: compileValidation({ privacy: { targets: 0 } }) });
    expect(off.layer.reason).toBe('Switched off.');
  });

  it('does not judge a bar that chance alone passes, and still fails a copy', async () => {
    const part = test.take([...Array(700).keys()]);
    const small = { test: alignTable(part, train), testSubjects: subjectsOf(part, 'subject_id') };
    const result = await run(toyTable(2600, 9), small);
    expect(computed(result).chance.upper).toBeGreaterThan(0.55);
    expect(result.layer.verdict, result.layer.reason).toBe('not-computable');
    expect(result.layer.reason).toMatch(/cannot be judged/);
    expect((await run(train, small)).layer.verdict).toBe('fail');
  });

  it('judges the ε of a claim and says where there is none', async () => {
    expect(metricOf(fresh.layer, 'privacy.epsilon')).toMatchObject({ required: false });
    const claim = { kind: 'dp' as const, epsilon: 12, delta: 1e-5, unit: 'subject_id' };
    const weak = await run(toyTable(2600, 9), { claim });
    expect(passedOf(weak.layer, 'privacy.epsilon')).toBe(false);
    expect(weak.layer.verdict).toBe('fail');
  });

  it('gives the same bytes on two workers', async () => {
    const pool = new WorkerPool(2);
    try {
      const again = await run(toyTable(2600, 9), { context: contextOf(4, pool) });
      expect(canonicalJson(again)).toBe(canonicalJson(fresh));
    } finally {
      await pool.close();
    }
  });
});

describe('dealRows', () => {
  it('keeps every patient in one part only', () => {
    const subjects = { train: subjectsOf(train, 'subject_id'), test: subjectsOf(test, 'subject_id') };
    const rows = dealRows({ ...subjects, syntheticRows: 1000 }, options.privacy, Rng.create(1));
    if ('notComputable' in rows) throw new Error(rows.notComputable);
    const known = new Set(Array.from(rows.reference, (r) => subjects.test.ofRow[r]!));
    expect([...rows.others].some((r) => known.has(subjects.test.ofRow[r]!))).toBe(false);
    expect(rows.members.length).toBe(rows.others.length);
    expect(rows.reference.length).toBeGreaterThan(1000);
    const { member, patient } = rows.targets;
    const sides = new Map<number, number>();
    for (const [i, p] of patient.entries()) {
      expect(sides.get(p) ?? member[i]).toBe(member[i]);
      sides.set(p, member[i]!);
    }
  });
});

describe('distanceHistogram', () => {
  it('publishes no bin with 1 to 10 people of a side and loses nobody', () => {
    const rng = Rng.create(5);
    const distance = Float64Array.from({ length: 900 }, () => rng.exponential());
    const member = Uint8Array.from(distance, (_, i) => i % 2);
    const bins = distanceHistogram(distance, member);
    expect(bins.length).toBeGreaterThan(5);
    for (const bin of bins) for (const n of [bin.members, bin.others]) expect(n === 0 || n > 10).toBe(true);
    expect(bins.reduce((n, b) => n + b.members + b.others, 0)).toBe(900);
    expect(distanceHistogram(new Float64Array(50), new Uint8Array(50))).toEqual([]);
  });
});

it('mostByChance is the 95 % quantile of the binomial distribution (golden: scipy.stats.binom.ppf(.95, n, .05))', () => {
  expect([1, 7, 15, 30, 100].map((n) => mostByChance(n, 0.05))).toEqual([0, 1, 2, 4, 9]);
});
