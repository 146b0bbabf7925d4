import type { PrivacyDetail, Report, Trilemma } from '../../../src/stages/document.js';

/** A report with made-up attacks on every synthesizer; the name of an attack tries to be markup. */
export function withPrivacy(report: Report, changes: Partial<Computed> = {}): Report {
  return {
    ...report,
    synthesizers: report.synthesizers.map((s) => ({
      ...s,
      layers: [
        ...s.layers,
        {
          id: 'privacy',
          title: 'Privacy',
          verdict: 'pass' as const,
          reason: 'Reached: everything.',
          metrics: [],
        },
      ],
      privacy: { ...detail, ...changes },
      trilemma,
    })),
  };
}

type Computed = Extract<PrivacyDetail, { status: 'computed' }>;

const figure = (value: number): { value: number; low: number; high: number } => ({
  value,
  low: value - 0.01,
  high: value + 0.01,
});

const attack = (id: string, auc: number): Computed['attacks'][number] => ({
  id,
  title: `Attack <${id}>`,
  idea: 'How near it is.',
  source: 'Somebody, 2020',
  auc: figure(auc),
  tpr: [figure(0.012), figure(0.11)],
  remote: { auc: figure(auc + 0.02), tpr: [figure(0.02), figure(0.12)] },
  heldOut: 0.497,
  planted: { auc: 0.561, tpr: [0.11, 0.2] },
  curve: Array.from({ length: 20 }, (_, i): [number, number] => [1e-3 ** (1 - i / 19), 1e-3 ** (1 - i / 19)]),
});

const detail: Computed = {
  status: 'computed',
  targets: { members: 1200, others: 1200, remote: 240, reference: 2000, synthetic: 6412 },
  level: 0.95,
  resamples: 300,
  rates: [0.01, 0.1],
  attacks: [attack('one', 0.507), attack('two', 0.523)],
  strongest: 'two',
  strongestRemote: 'two',
  chance: { permutations: 300, upper: 0.5161, p: 0.013 },
  control: { copies: 641, caught: true, auc: 0.561, tpr: 0.11, copy: 0.998 },
  attributes: [
    {
      column: 'hiv <status>',
      cells: 2,
      rows: 1200,
      members: 0.81,
      others: 0.8,
      advantage: { value: 0.01, low: -0.02, high: 0.04 },
      realRows: 0.79,
      majority: 0.75,
    },
  ],
  distances: {
    rows: 1200,
    among: 1600,
    share: figure(0.52),
    median: 1.4,
    realMedian: 1.5,
    fifth: 0.3,
    below: figure(0.06),
    histogram: Array.from({ length: 12 }, (_, i) => ({
      low: i / 4,
      high: i === 11 ? null : (i + 1) / 4,
      members: 100,
      others: 90 + i,
    })),
  },
};

const trilemma: Trilemma = {
  sides: [
    {
      id: 'utility',
      title: 'Utility',
      verdict: 'pass',
      what: 'ratio of scores',
      figure: figure(0.97),
      bar: 0.94,
      ideal: 1,
      worst: 0.5,
      goal: 'max',
      reason: 'Reached.',
    },
    {
      id: 'fidelity',
      title: 'Fidelity',
      verdict: 'fail',
      what: 'likeness',
      figure: { value: 0.8996, low: 0.8996, high: 0.8996 },
      bar: 0.9,
      ideal: 1,
      worst: 0.5,
      goal: 'max',
      reason: 'Not reached: likeness.',
    },
    {
      id: 'privacy',
      title: 'Privacy',
      verdict: 'not-computable',
      what: 'attacks',
      figure: null,
      bar: 0.55,
      ideal: 0.5,
      worst: 1,
      goal: 'min',
      reason: 'Too few rows.',
    },
  ],
  article: [
    {
      id: 'utility-ratio',
      title: 'Utility ratio',
      target: 'greater than 0.90',
      found: '0.970',
      value: 0.97,
      passed: true,
      note: 'A note on the ratio.',
    },
    {
      id: 'membership',
      title: 'Membership',
      target: 'close to 0.50',
      found: '0.60 <b>by</b> copies',
      value: 0.6,
      passed: false,
      note: 'A note on membership.',
    },
    {
      id: 'ks',
      title: 'Columns',
      target: 'p greater than 0.05',
      found: 'could not be computed',
      value: null,
      passed: null,
      note: 'A note on columns.',
    },
  ],
};
