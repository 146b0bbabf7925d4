import { describe, expect, it } from 'vitest';
import { layer, metric, notComputable } from '../../../src/stages/validate/layer.js';
import { combine, intervalOf, stratify } from '../../../src/stages/validate/resamples.js';
import { subjectsOf } from '../../../src/stages/validate/subjects.js';
import { layOutTask } from '../../../src/stages/validate/task-data.js';
import type { Finding, Layer, Reference, Score, UtilityTask } from '../../../src/stages/validate/index.js';
import { compileValidation } from '../../../src/stages/validate/index.js';
import { judge } from '../../../src/stages/validate/verdict.js';
import { drawClusters, rankedAuc, rankScores, rowWeights } from '../../../src/numerics/index.js';
import { Rng } from '../../../src/core/index.js';
import { test, toyTasks, train } from './toy.js';

const head = { id: 't', title: 'Task', type: 'binary', label: 'y' } as const;
const { thresholds } = compileValidation();
const interval = (low: number, high: number): Score['ci'] => ({ low, high, level: 0.95, method: 'test' });
const score = (auc: number, low = auc - 0.02): Score => ({
  auc,
  ci: interval(low, auc + 0.02),
  brier: 0.1,
  logLoss: 0.3,
  calibrationSlope: 1,
  roc: [],
});

interface Case {
  readonly ratio?: number;
  readonly low?: number;
  readonly real?: Score;
  readonly smallSample?: boolean;
  readonly findings?: Finding[];
  readonly layers?: Layer[];
  readonly absent?: boolean;
}

function verdictOf({
  ratio = 0.98,
  low = 0.95,
  real = score(0.85),
  ...rest
}: Case): ReturnType<typeof judge> {
  const size = {
    trainRows: 1000,
    testRows: 500,
    trainPositives: 200,
    testPositives: 100,
    classes: 2,
    classesLeftOut: [],
    smallSample: rest.smallSample ?? false,
    classCounts: [],
  };
  const value = { value: ratio, ci: interval(low, ratio + 0.02) };
  const task: UtilityTask =
    rest.absent === true
      ? { ...head, status: 'not-computable', reason: 'No label.' }
      : {
          ...head,
          status: 'computed',
          syntheticRows: 1000,
          syntheticPositives: 200,
          smallSample: size.smallSample,
          ratio: value,
          models: [
            {
              model: 'boosting',
              tstr: score(ratio * real.auc),
              ratio: value,
              retainedSkill: (ratio * real.auc - 0.5) / (real.auc - 0.5),
            },
          ],
        };
  const reference: Reference = {
    schema: 'anamnesis.reference/1',
    bootstrap: { key: '', resamples: 100, level: 0.95 },
    tasks: [
      {
        published: {
          ...head,
          status: 'computed',
          size,
          features: 5,
          models: [{ model: 'boosting', trtr: real }],
        },
        replicates: [],
      },
    ],
    findings: rest.findings ?? [],
  };
  const meanRatio = rest.absent === true ? null : value;
  return judge({ reference, tasks: [task], meanRatio, layers: rest.layers ?? [], thresholds });
}

const overlap: Finding = { code: 'SPLIT_OVERLAP', kind: 'privacy', severity: 'error', message: 'Shared.' };
const leak: Finding = { ...overlap, code: 'LABEL_LEAK', kind: 'data', message: 'Column x.', task: 't' };
const failed = (id: string): Layer => ({ id, title: id, metrics: [], verdict: 'fail', reason: '' });

describe('verdict', () => {
  const cases: readonly (readonly [string, Case, string, RegExp])[] = [
    ['a high ratio with a narrow interval', {}, 'usable', /98.0 %/],
    ['an interval below the care bar', { low: 0.89 }, 'with-care', /reaches below 90.0 %/],
    ['a ratio below the utility bar', { ratio: 0.93, low: 0.91 }, 'with-care', /the bar is 94.0 %/],
    ['a ratio below the care bar', { ratio: 0.89, low: 0.85 }, 'not-usable', /below 90.0 %/],
    ['a small sample', { smallSample: true }, 'with-care', /small/],
    [
      'a weak real model whose skill is lost',
      { ratio: 0.94, low: 0.91, real: score(0.62) },
      'with-care',
      /skill/,
    ],
    ['a real model that is a coin', { real: score(0.53, 0.48) }, 'unknown', /hardly predict/],
    ['no label', { absent: true }, 'unknown', /No label/],
    ['a patient on both sides', { findings: [overlap] }, 'not-usable', /cannot be trusted/],
    ['a leaked label', { findings: [leak] }, 'not-usable', /Column x/],
    ['a leak in another task', { findings: [{ ...leak, task: 'other' }] }, 'usable', /98.0 %/],
    ['a check that was skipped', { findings: [{ ...overlap, severity: 'note' }] }, 'usable', /98.0 %/],
  ];
  it.each(cases)('%s', (_, input, usability, reason) => {
    const verdict = verdictOf(input);
    expect(verdict.tasks[0]).toMatchObject({ usability });
    expect(verdict.tasks[0]?.reason).toMatch(reason);
    expect(verdict.usability).toBe(usability);
  });

  it('of the whole is held back by copies and by poor fidelity', () => {
    expect(verdictOf({ layers: [failed('validity')] })).toMatchObject({
      usability: 'not-usable',
      headline: expect.stringMatching(/Do not release/) as unknown,
    });
    expect(verdictOf({ layers: [failed('privacy')] })).toMatchObject({
      usability: 'not-usable',
      headline: expect.stringMatching(/Do not release: attacks tell/) as unknown,
    });
    const open = { ...failed('privacy'), verdict: 'not-computable' as const };
    expect(verdictOf({ layers: [open] })).toMatchObject({
      usability: 'usable',
      headline: expect.stringMatching(/Privacy could not be judged/) as unknown,
    });
    expect(verdictOf({ layers: [failed('fidelity')] }).usability).toBe('with-care');
    expect(verdictOf({ findings: [overlap] }).headline).toMatch(/Do not use these figures/);
    expect(verdictOf({}).headline).toMatch(/^Usable for the one judged task: .*98.0 % of the AUC/);
  });
});

describe('layers', () => {
  const draft = { id: 'm', title: 'M', n: 1, method: 'x', range: [0, 1] as [number, number] };
  const good = metric({ ...draft, value: 0.95, goal: 'max', threshold: 0.94 });
  const bad = metric({ ...draft, value: 0.9399999, goal: 'max', threshold: 0.94 });
  const info = metric({ ...draft, value: 0.1, goal: 'min', threshold: null });
  const missing = notComputable({ id: 'n', title: 'N', notComputable: 'No rows.', required: true });
  it('judge unrounded values, and never pass on what could not be computed', () => {
    expect(good.passed).toBe(true);
    expect(bad.passed).toBe(false);
    expect(metric({ ...draft, value: 0.2, goal: 'min', threshold: 0.1 }).passed).toBe(false);
    expect(layer('l', 'L', [good, info]).verdict).toBe('pass');
    expect(layer('l', 'L', [good, bad]).verdict).toBe('fail');
    expect(layer('l', 'L', [good, missing]).verdict).toBe('not-computable');
    expect(layer('l', 'L', [good, { ...missing, required: false }]).verdict).toBe('pass');
    expect(layer('l', 'L', [info]).verdict).toBe('not-computable');
  });
});

describe('resamples', () => {
  const subjects = subjectsOf(test, 'subject_id');
  const data = toyTasks
    .map((task) => layOutTask(task, train, test))
    .flatMap((d) => ('notComputable' in d ? [] : [d]));

  it('count stays of a patient together and keep the number of patients with a positive stay', () => {
    expect(subjects.count).toBeLessThan(test.rows);
    const strata = stratify(data, subjects);
    expect(strata.reduce((n, s) => n + s.length, 0)).toBe(subjects.count);
    const positives = new Set(
      [...data[0]!.test.rows]
        .filter((_, i) => data[0]!.test.labels[i] === 1)
        .map((row) => subjects.ofRow[row]!),
    );
    expect(strata.map((s) => s.length)).toContain(positives.size);
    const times = drawClusters(strata, subjects.count, Rng.create(1));
    expect([...positives].reduce((n, s) => n + times[s]!, 0)).toBe(positives.size);
    const weights = rowWeights(times, subjects.ofRow);
    for (let i = 1; i < test.rows; i++) {
      if (subjects.ofRow[i] === subjects.ofRow[i - 1]) expect(weights[i]).toBe(weights[i - 1]);
    }
  });

  it('spread more by patient than by row where the rows of a patient repeat each other', () => {
    // 60 patients with 5 equal rows each: the interval must be that of 60 observations, not of 300
    const rng = Rng.create(5);
    const ofRow = Uint32Array.from({ length: 300 }, (_, i) => Math.floor(i / 5));
    const labels = Uint8Array.from(ofRow, (s) => s % 2);
    const noise = Array.from({ length: 60 }, () => rng.normal());
    const ranking = rankScores(Array.from(ofRow, (s, i) => labels[i]! + noise[s]!));
    const width = (clusterOfRow: Uint32Array, clusters: number): number => {
      const all = [Uint32Array.from({ length: clusters }, (_, i) => i)];
      const replicates = Array.from({ length: 400 }, (_, b) => {
        const times = drawClusters(all, clusters, rng.split('resample', b));
        return rankedAuc(ranking, labels, rowWeights(times, clusterOfRow));
      });
      const { low, high } = intervalOf(replicates, 0.95, 0.5);
      return high - low;
    };
    const byRow = width(
      ofRow.map((_, i) => i),
      300,
    );
    const byPatient = width(ofRow, 60);
    expect(byPatient / byRow).toBeGreaterThan(1.8); // √5 = 2.24
    expect(byPatient / byRow).toBeLessThan(2.7);
  });

  it('take every row for a patient where there is no key', () => {
    expect(subjectsOf(test, 'nobody').count).toBe(test.rows);
  });

  it('leave undefined replicates out and say so', () => {
    const ratio = combine(
      [
        [1, 2, null, 3],
        [2, 0, 1, 4],
      ],
      ([x, y]) => x! / y!,
    );
    expect(ratio).toEqual([0.5, null, null, 0.75]);
    const found = intervalOf(ratio, 0.9, 0.6);
    expect(found.method).toMatch(/4 resamples, 2 without a class left out/);
    expect(found.low).toBeCloseTo(0.5125, 12);
    expect(intervalOf([null], 0.9, 0.6)).toMatchObject({ low: 0.6, high: 0.6 });
  });
});

describe('compileValidation', () => {
  it('fills defaults and names every problem', () => {
    expect(compileValidation()).toMatchObject({ resamples: 1000, level: 0.95, repeats: 1 });
    expect(compileValidation({ thresholds: { utility: 0.98 } }).thresholds).toMatchObject({
      utility: 0.98,
      fidelity: 0.9,
    });
    expect(() => compileValidation({ resamples: 3, level: 2 })).toThrow(/resamples[^]*level/);
  });
});
