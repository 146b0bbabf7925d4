import { Rng } from '../../../src/core/index.js';
import {
  reportSchema,
  type Histogram,
  type Report,
  type ReferenceTask,
  type Roc,
  type Score,
  type SynthesizerResult,
  type Usability,
  type UtilityTask,
} from '../../../src/stages/document.js';
import type { Interval, Metric } from '../../../src/stages/metric.js';

/** A made-up report: no figure in it comes from any data. */
export interface FixtureOptions {
  readonly columns?: number;
  readonly synthesizers?: readonly ('cart' | 'copula')[];
  /** A ten-patient test part with intervals as wide as a barn door. */
  readonly tiny?: boolean;
  /** The best synthesizer's overall verdict. */
  readonly usability?: Usability;
  readonly dataKind?: Report['meta']['dataKind'];
}

const titles = { cart: 'Sequential trees (CART)', copula: 'Gaussian copula' } as const;
const method = 'percentile bootstrap over patients, 1000 resamples';
const around = (value: number, half: number): Interval => ({
  low: value - half,
  high: value + half,
  level: 0.95,
  method,
});

/** ROC curve of the two-normal model with the given separation, 60 points. */
function roc(separation: number): Roc {
  const points: [number, number][] = [[0, 0]];
  for (let i = 1; i < 60; i++) {
    const x = (i / 60) ** 2;
    points.push([x, Math.min(1, x ** (1 / (1 + separation)))]);
  }
  points.push([1, 1]);
  return points;
}

function score(auc: number, half: number, binary: boolean): Score {
  return {
    auc,
    ci: around(auc, half),
    brier: 0.21 - 0.15 * (auc - 0.5),
    logLoss: 0.69 - 0.5 * (auc - 0.5),
    calibrationSlope: binary ? 0.4 + 0.6 * auc : null,
    roc: roc((auc - 0.5) * 6),
  };
}

const tasks = [
  {
    id: 'in-hospital-mortality',
    title: 'Death in hospital',
    type: 'binary',
    label: 'died_in_hospital',
    auc: 0.853,
  },
  { id: 'long-stay', title: 'ICU stay longer than 7 days', type: 'binary', label: 'long_stay', auc: 0.741 },
  {
    id: 'primary-diagnosis',
    title: 'Primary diagnosis among the 25 most frequent groups',
    type: 'multiclass',
    label: 'diagnosis_group',
    auc: 0.796,
  },
  {
    id: 'readmission-30d',
    title: 'Unplanned readmission within 30 days',
    type: 'binary',
    label: 'readmitted_30d',
    auc: 0,
  },
] as const;
const notComputable = 'The source has no patient identifier that links one hospital stay to the next.';

const usabilities: Readonly<Record<'cart' | 'copula', readonly Usability[]>> = {
  cart: ['usable', 'with-care', 'usable', 'unknown'],
  copula: ['with-care', 'not-usable', 'not-usable', 'unknown'],
};
const kept = { cart: [0.981, 0.9398, 0.967], copula: [0.951, 0.902, 0.811] } as const;

function referenceTasks(tiny: boolean): ReferenceTask[] {
  return tasks.map((task): ReferenceTask => {
    const { id, title, type, label } = task;
    if (task.auc === 0) return { id, title, type, label, status: 'not-computable', reason: notComputable };
    const half = tiny ? 0.19 : 0.021;
    return {
      id,
      title,
      type,
      label,
      status: 'computed',
      features: 58,
      size: {
        trainRows: tiny ? 38 : 6412,
        testRows: tiny ? 10 : 1603,
        trainPositives: tiny ? 7 : 871,
        testPositives: tiny ? 3 : 214,
        classes: type === 'binary' ? 2 : 4,
        classesLeftOut: type === 'binary' ? [] : ['Poisoning'],
        smallSample: tiny,
        classCounts:
          type === 'binary'
            ? []
            : [
                { name: 'Sepsis', train: 871, test: 214 },
                { name: 'Heart failure & shock', train: 640, test: 160 },
                { name: 'Stroke', train: 411, test: 96 },
                { name: 'other', train: 20, test: 9 },
              ],
      },
      models: [
        { model: 'boosting', trtr: score(task.auc, half, type === 'binary') },
        { model: 'logistic', trtr: score(task.auc - 0.02, half, type === 'binary') },
      ],
    };
  });
}

function utilityTasks(id: 'cart' | 'copula', tiny: boolean): UtilityTask[] {
  return tasks.map((task, t): UtilityTask => {
    const head = { id: task.id, title: task.title, type: task.type, label: task.label };
    if (task.auc === 0) return { ...head, status: 'not-computable', reason: notComputable };
    const ratio = kept[id][t]!;
    const half = tiny ? 0.24 : 0.018;
    const tstr = task.auc * ratio;
    return {
      ...head,
      status: 'computed',
      syntheticRows: 6412,
      syntheticPositives: 853,
      smallSample: tiny,
      ratio: { value: ratio, ci: around(ratio, half) },
      models: [
        {
          model: 'boosting',
          tstr: score(tstr, half, task.type === 'binary'),
          ratio: { value: ratio, ci: around(ratio, half) },
          retainedSkill: (tstr - 0.5) / (task.auc - 0.5),
        },
        {
          model: 'logistic',
          tstr: score(tstr - 0.012, half, task.type === 'binary'),
          ratio: { value: ratio + 0.004, ci: around(ratio + 0.004, half) },
          retainedSkill: null,
        },
      ],
    };
  });
}

const names = [
  'age',
  'heart_rate_mean',
  'lactate_max',
  'creatinine_last',
  'sodium_min',
  'gcs_total_min',
  'spo2_min',
  'bilirubin_max',
  'platelets_min',
  'wbc_max',
];
const units = ['a', '/min', 'mmol/L', 'mg/dL', 'mmol/L', '{score}', '%', 'mg/dL', '10*3/uL', '10*3/uL'];

export function columnName(i: number): string {
  if (i === 7) return '<script>alert("bilirubin")</script>';
  return i < names.length ? names[i]! : `${names[i % names.length]!}_${String(Math.floor(i / names.length))}`;
}
const isNumeric = (i: number): boolean => i % 4 !== 3;

function histogram(i: number, shift: number, rng: Rng): Histogram {
  const missing = i % 5 === 0 ? null : { real: 40 * i, synthetic: 41 * i + 12 };
  if (!isNumeric(i)) {
    const labels =
      i % 8 === 3
        ? ['no', 'yes']
        : [
            'Medical ICU',
            "Surgeon's & trauma",
            'Cardiac',
            'Neurological',
            'Burns',
            'Mixed',
            'Paediatric',
            'Step-down',
            'Long & winding name of a hospital unit that does not end',
            'Obstetric',
            'Transplant',
          ];
    return {
      type: 'categorical',
      column: columnName(i),
      cells: [
        ...labels.map((label, k) => ({
          label,
          categories: 1,
          real: Math.round(3000 / (k + 1)),
          synthetic: Math.round((3000 / (k + 1)) * (1 + shift * (rng.next() - 0.5) * 8)),
        })),
        ...(labels.length > 2 ? [{ label: 'other', categories: 7, real: 31, synthetic: 12 }] : []),
      ],
      missing,
    };
  }
  const bins = Array.from({ length: 18 }, (_, k) => {
    const x = (k - 8) / 4;
    const density = Math.exp(-(x * x) / 2) * 900;
    const moved = Math.exp(-((x - shift * 6) ** 2) / 2) * 900;
    return {
      low: k === 0 ? null : 10 + k * 5,
      high: k === 17 ? null : 15 + k * 5,
      real: Math.max(11, Math.round(density)),
      synthetic: Math.round(moved * (0.95 + 0.1 * rng.next())),
    };
  });
  return { type: 'numeric', column: columnName(i), unit: units[i % units.length]!, bins, missing };
}

function associations(columns: number, noise: number, rng: Rng): SynthesizerResult['associations'] {
  const n = Math.min(40, columns);
  const real = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      i === j ? 1 : i === 11 || j === 11 ? null : Math.cos((i * j) / 9) * Math.exp(-Math.abs(i - j) / 8),
    ),
  );
  const synthetic = real.map((row) =>
    row.map((v) =>
      v === null
        ? null
        : v === 1
          ? 1
          : Math.max(-1, Math.min(1, v * (1 - noise) + noise * (rng.next() - 0.5))),
    ),
  );
  return {
    columns: Array.from({ length: n }, (_, i) => columnName(i)),
    of: columns,
    real,
    synthetic,
    difference: real.map((row, i) => row.map((v, j) => (v === null ? null : synthetic[i]![j]! - v))),
  };
}

function metric(head: {
  id: string;
  title: string;
  value: number;
  goal: 'max' | 'min';
  threshold: number | null;
}): Metric {
  const { value, goal, threshold } = head;
  const passed = threshold === null ? null : goal === 'max' ? value >= threshold : value <= threshold;
  const method = 'as described in the glossary';
  return { ...head, version: 1, ci: around(value, 0.01), n: 1603, method, range: [0, 1], passed };
}

function result(id: 'cart' | 'copula', options: Required<FixtureOptions>): SynthesizerResult {
  const rng = Rng.create('fixture').split(id);
  const good = id === 'cart';
  const shift = good ? 0.03 : 0.12;
  const meanRatio = good ? 0.9626 : 0.888;
  const usability = id === options.synthesizers[0] ? options.usability : 'not-usable';
  return {
    schema: 'anamnesis.synthesizer-result/1',
    synthesizer: {
      id,
      title: titles[id],
      generation: 'data-driven',
      options: good
        ? {
            minLeafRows: 20,
            maxDepth: null,
            smoothing: { method: 'kernel', bandwidth: 0.5 },
            order: ['age', 'sex'],
          }
        : {},
      privacy: good
        ? { kind: 'none', reason: 'Donors are drawn from leaves of at least 20 rows; no noise is added.' }
        : { kind: 'dp', epsilon: 1.5, delta: 1e-5, unit: 'patient' },
    },
    rows: 6412,
    verdict: {
      usability,
      headline: headlines[usability],
      tasks: tasks.map((task, t) => {
        const use =
          options.usability === 'not-usable' && usabilities[id][t] !== 'unknown'
            ? 'not-usable'
            : usabilities[id][t]!;
        return {
          task: task.id,
          title: task.title,
          usability: use,
          reason:
            use === 'unknown'
              ? notComputable
              : `Models keep ${String(Math.round((kept[id][t] ?? 0) * 1000) / 10)} % of the score they reach with real records.`,
        };
      }),
    },
    layers: [
      {
        id: 'fidelity',
        title: 'Statistical fidelity',
        verdict: good ? 'pass' : 'fail',
        reason: good ? 'The aggregate is at least 0.90.' : 'The aggregate is below 0.90.',
        metrics: [
          metric({
            id: 'fidelity.aggregate',
            title: 'Aggregate fidelity',
            value: good ? 0.941 : 0.872,
            goal: 'max',
            threshold: 0.9,
          }),
          metric({
            id: 'fidelity.discriminator-auc',
            title: 'Discriminator AUC',
            value: good ? 0.68 : 0.93,
            goal: 'min',
            threshold: null,
          }),
        ],
      },
      {
        id: 'utility',
        title: 'Utility for training models',
        verdict: good ? 'pass' : 'fail',
        reason: good ? 'The mean ratio is at least 0.94.' : 'The mean ratio is below 0.94.',
        metrics: [
          metric({
            id: 'utility.mean-ratio',
            title: 'Mean TSTR / TRTR ratio',
            value: meanRatio,
            goal: 'max',
            threshold: 0.94,
          }),
          {
            id: 'utility.calibration',
            version: 1,
            title: 'Ratio of calibration',
            notComputable: 'Too few rows',
            required: false,
          },
        ],
      },
      {
        id: 'validity',
        title: 'Validity',
        verdict: 'pass',
        reason: 'No synthetic row copies a real one.',
        metrics: [
          metric({
            id: 'validity.copied-share',
            title: 'Copies of real rows',
            value: 0.0004,
            goal: 'min',
            threshold: 0.01,
          }),
        ],
      },
    ],
    fidelity: {
      columns: Array.from({ length: options.columns }, (_, i) => ({
        name: columnName(i),
        kind: isNumeric(i)
          ? ('continuous' as const)
          : i % 8 === 3
            ? ('binary' as const)
            : ('categorical' as const),
        role:
          i === 0
            ? ('anchor' as const)
            : i === options.columns - 1
              ? ('label' as const)
              : ('feature' as const),
        distance:
          i === 13
            ? null
            : {
                method: isNumeric(i) ? ('ks' as const) : ('tv' as const),
                value: shift * (1 + ((i * 37) % 23) / 12),
              },
        pValue: i === 13 ? null : 0.0001 * ((i * 7919) % 4000),
        missingDifference: i % 6 === 0 ? -0.012 : 0.0004,
      })),
      placed: [
        {
          id: 'aggregate',
          title: 'Aggregate fidelity',
          value: good ? 0.941 : 0.872,
          floor: 0.81,
          ceiling: 0.957,
          place: good ? 0.891 : 0.422,
          rows: 1603,
        },
        {
          id: 'columns',
          title: 'Single columns',
          value: 0.963,
          floor: 0.985,
          ceiling: 0.985,
          place: null,
          rows: 1603,
        },
        {
          id: 'associations',
          title: 'Pairs of columns',
          value: good ? 0.951 : 0.774,
          floor: 0.62,
          ceiling: 0.972,
          place: good ? 0.94 : 0.4375,
          rows: 1603,
        },
        {
          id: 'mmd',
          title: 'Whole rows (MMD)',
          value: good ? 0.99 : 0.7,
          floor: 0.74,
          ceiling: 0.97,
          place: good ? 1.087 : -0.17,
          rows: 1603,
        },
        {
          id: 'marginals',
          title: 'Tables of one to three columns',
          value: good ? 0.93 : 0.88,
          floor: 0.84,
          ceiling: 0.95,
          place: good ? 0.818 : 0.364,
          rows: 1603,
        },
      ],
      marginalsByOrder: [
        { order: 1, tables: 60, value: 0.97, floor: 0.98, ceiling: 0.981 },
        { order: 2, tables: 300, value: 0.93, floor: 0.86, ceiling: 0.95 },
        { order: 3, tables: 300, value: 0.89, floor: 0.71, ceiling: 0.92 },
      ],
    },
    utility: {
      meanRatio: { value: meanRatio, ci: around(meanRatio, 0.011) },
      tasks: utilityTasks(id, options.tiny),
    },
    histograms: Array.from({ length: options.columns }, (_, i) => histogram(i, shift, rng)),
    associations: associations(options.columns, good ? 0.05 : 0.3, rng),
  };
}

const headlines: Readonly<Record<Usability, string>> = {
  usable:
    'Models trained on these rows work almost as well on real patients as models trained on real records.',
  'with-care':
    'Models trained on these rows work well for two of three tasks; check the third before you rely on it.',
  'not-usable': 'Do not train models on these rows: what was measured does not support it.',
  unknown: 'The data cannot tell whether these rows can be used.',
};

/** A made-up report document (it satisfies the schema). */
export function fixture(options: FixtureOptions = {}): Report {
  const full: Required<FixtureOptions> = {
    columns: 60,
    synthesizers: ['cart', 'copula'],
    tiny: false,
    usability: 'with-care',
    dataKind: 'real',
    ...options,
  };
  const results = full.synthesizers.map((id) => result(id, full));
  const best = results[0]!;
  return reportSchema.parse({
    schema: 'anamnesis.report/1',
    meta: {
      name: 'icu-mixed',
      title: 'Mixed intensive care: outcome models',
      purpose:
        'Develop and teach early-warning models for intensive care without handing out patient records.',
      source:
        full.dataKind === 'real'
          ? { id: 'eicu', title: 'eICU demo' }
          : { id: 'reference-hospital', title: 'Reference hospital' },
      dataKind: full.dataKind,
      unit: 'ICU stay',
      train: full.tiny ? { rows: 38, patients: 36 } : { rows: 6412, patients: 5810 },
      test: full.tiny ? { rows: 10, patients: 10 } : { rows: 1603, patients: 1452 },
      seed: 'anamnesis-1',
      codeVersion: '0.1.0+3f2a',
      notes: ['The source holds no outpatient visits.'],
      provenance: {
        cohort: [
          { step: 'all ICU stays', rows: 10021, patients: 8310 },
          { step: 'age at least 18 years', rows: 9430, patients: 7904 },
          { step: 'first stay of the admission', rows: 8015, patients: 7262 },
        ],
        hashes: [
          { name: 'cohort store', sha256: 'a3f1'.repeat(16) },
          { name: 'blueprint', sha256: '09be'.repeat(16) },
        ],
        versions: [
          { name: 'node', version: '20.11.1' },
          { name: 'duckdb', version: '1.5.6' },
        ],
      },
    },
    columns: Array.from({ length: full.columns }, (_, i) => ({
      name: columnName(i),
      kind: isNumeric(i) ? 'continuous' : 'categorical',
      role: 'feature',
      unit: units[i % units.length],
      description: 'LOINC//2160-0, first 24 hours, <b>last</b> value',
    })),
    verdict: { ...best.verdict, synthesizer: best.synthesizer.id },
    reference: referenceTasks(full.tiny),
    findings:
      full.usability === 'not-usable'
        ? [
            {
              code: 'SPLIT_OVERLAP',
              kind: 'privacy',
              severity: 'error',
              message: 'Patients are on both sides of the split. Split by patient, not by stay.',
              count: 12,
            },
            {
              code: 'CHECK_SKIPPED',
              kind: 'data',
              severity: 'note',
              message: 'The label-leak check needs at least 50 rows.',
              task: 'long-stay',
            },
          ]
        : [],
    comparison: results.map((r, i) => ({
      id: r.synthesizer.id,
      title: r.synthesizer.title,
      chosen: i === 0,
      usability: r.verdict.usability,
      meanRatio: r.utility.meanRatio,
      fidelity: r.fidelity.placed[0]!.value,
      place: r.fidelity.placed[0]!.place,
      discriminatorAuc: r.synthesizer.id === 'cart' ? 0.68 : 0.93,
      copies: 0.0004,
      epsilon: r.synthesizer.privacy.kind === 'dp' ? r.synthesizer.privacy.epsilon : null,
      layers: r.layers.map((layer) => ({ id: layer.id, verdict: layer.verdict })),
    })),
    synthesizers: results,
  });
}
