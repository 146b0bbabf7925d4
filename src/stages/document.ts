import { z } from 'zod';
import { columnKinds, columnRoles } from '../table/index.js';
import { intervalSchema, layerSchema, verdicts } from './metric.js';
import { privacyDetailSchema, trilemmaSchema } from './privacy-document.js';
import { trainingSchema } from './training-document.js';

export type {
  ArticleMeasure,
  AttackFigures,
  AttributeFigures,
  DistanceFigures,
  Figure,
  PrivacyDetail,
  Side,
  Trilemma,
} from './privacy-document.js';
export type { Training } from './training-document.js';
export { trainingSchema } from './training-document.js';

/**
 * The report document `anamnesis.report/1` (design §4.5): everything that `report.html` draws and that a program reads,
 * as plain JSON. It holds no clock time, no path and no patient's value, so equal runs give equal bytes. Shares and
 * distances are fractions of 1; numbers are unrounded (rounding is the drawing's business).
 */

/** The two model families that every task is tried with. */
export const modelIds = ['boosting', 'logistic'] as const;
export type ModelId = (typeof modelIds)[number];
export const modelTitles: Readonly<Record<ModelId, string>> = {
  boosting: 'Boosted trees',
  logistic: 'Logistic regression',
};

/** A prediction task on the feature table. A row whose label is missing takes no part in it. */
export interface ValidationTask {
  readonly id: string;
  readonly title: string;
  readonly type: 'binary' | 'multiclass';
  /** Name of the label column. */
  readonly label: string;
  /** Columns that must not serve as features of it (other label and key columns never do). */
  readonly exclude: readonly string[];
  /** Set when the source cannot support the task: the reason. */
  readonly notComputable?: string | undefined;
}

/** How a synthesizer's rows come about: learned from records, made by written rules, or rules corrected by records. */
const generations = ['data-driven', 'process-driven', 'hybrid'] as const;

/** Who made the rows, with what options, and what it spent of the patients' privacy. */
const synthesizerInfoSchema = z.strictObject({
  id: z.string(),
  /** A few words for people, e.g. `Sequential trees (CART)`. */
  title: z.string(),
  generation: z.enum(generations),
  /** The compiled options, as JSON. */
  options: z.json(),
  privacy: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none'), reason: z.string() }),
    z.strictObject({ kind: z.literal('dp'), epsilon: z.number(), delta: z.number(), unit: z.string() }),
  ]),
  /** Of a network. */
  training: trainingSchema.optional(),
});
export type SynthesizerInfo = z.infer<typeof synthesizerInfoSchema>;

/** One point of a ROC curve: false-positive rate, true-positive rate. */
const rocPoint = z.tuple([z.number(), z.number()]);
/** A ROC curve from (0,0) to (1,1), at most 200 points; multiclass: the macro average of the one-vs-rest curves. */
const rocSchema = z.array(rocPoint);
export type Roc = z.infer<typeof rocSchema>;

/** How well a model, trained on one set, ranks and calibrates on the real test rows. */
const scoreSchema = z.strictObject({
  /** Binary: area under the ROC curve. Multiclass: mean of the one-vs-rest areas over the classes in the test rows. */
  auc: z.number(),
  ci: intervalSchema,
  /** Mean squared error of the probabilities (multiclass: summed over classes); 0 is best. */
  brier: z.number(),
  /** Mean negative log-likelihood in nats. */
  logLoss: z.number(),
  /** Slope of a logistic regression of the label on logit(p): 1 is best, below 1 = too sure of itself. Null for multiclass and where it has no finite estimate. */
  calibrationSlope: z.number().nullable(),
  roc: rocSchema,
});
export type Score = z.infer<typeof scoreSchema>;

/** Rows of one class in the real train and test parts; classes with fewer than 11 rows in a part are pooled as `other`. */
const classCount = z.strictObject({ name: z.string(), train: z.int(), test: z.int() });

/** Size of a task on the real data. */
const taskSizeSchema = z.strictObject({
  trainRows: z.int(),
  testRows: z.int(),
  /** Rows of the positive class; multiclass: rows of the most frequent class. */
  trainPositives: z.int(),
  testPositives: z.int(),
  /** Multiclass: classes scored; binary: 2. */
  classes: z.int(),
  /** Multiclass: names of classes left out because the test rows hold none of them. */
  classesLeftOut: z.array(z.string()),
  /** Fewer than 100 positives (multiclass: rows a class, on average) in train or test: quote figures with their interval only. */
  smallSample: z.boolean(),
  /** Most frequent first; empty for binary tasks. */
  classCounts: z.array(classCount),
});
export type TaskSize = z.infer<typeof taskSizeSchema>;

const taskHead = {
  id: z.string(),
  title: z.string(),
  type: z.enum(['binary', 'multiclass']),
  label: z.string(),
};
const taskNotComputable = z.strictObject({
  ...taskHead,
  status: z.literal('not-computable'),
  reason: z.string(),
});

/** A task with models trained and tested on real rows (TRTR): the mark that synthetic rows are measured against. */
export const referenceTaskSchema = z.discriminatedUnion('status', [
  z.strictObject({
    ...taskHead,
    status: z.literal('computed'),
    size: taskSizeSchema,
    /** Number of features offered to the models. */
    features: z.int(),
    models: z.array(z.strictObject({ model: z.enum(modelIds), trtr: scoreSchema })),
  }),
  taskNotComputable,
]);
export type ReferenceTask = z.infer<typeof referenceTaskSchema>;

/** A ratio TSTR / TRTR with its interval. */
const ratioSchema = z.strictObject({ value: z.number(), ci: intervalSchema });
export type Ratio = z.infer<typeof ratioSchema>;

/** One model trained on synthetic rows and tested on the real test rows (TSTR), against the same trained on real rows. */
const utilityModelSchema = z.strictObject({
  model: z.enum(modelIds),
  /** Where the synthetic rows hold one class only there is nothing to learn: constant scores, AUC ½. */
  tstr: scoreSchema,
  /** AUC(TSTR) / AUC(TRTR), paired bootstrap interval over patients. */
  ratio: ratioSchema,
  /** (AUC(TSTR) − ½) / (AUC(TRTR) − ½): what is kept of the skill above a coin. Null where TRTR has no skill. */
  retainedSkill: z.number().nullable(),
});
export type UtilityModel = z.infer<typeof utilityModelSchema>;

/** A task's utility; `id` and `model` pair it with the reference task, which holds the TRTR figures and curves. */
const utilityTaskSchema = z.discriminatedUnion('status', [
  z.strictObject({
    ...taskHead,
    status: z.literal('computed'),
    /** Rows and positives (multiclass: rows of the most frequent class) among the synthetic rows of the task. */
    syntheticRows: z.int(),
    syntheticPositives: z.int(),
    smallSample: z.boolean(),
    /** Mean of the models' ratios. */
    ratio: ratioSchema,
    models: z.array(utilityModelSchema),
  }),
  taskNotComputable,
]);
export type UtilityTask = z.infer<typeof utilityTaskSchema>;

/** What a reader may do with the rows for one task. `unknown`: the data cannot tell. */
export const usabilities = ['usable', 'with-care', 'not-usable', 'unknown'] as const;
export type Usability = (typeof usabilities)[number];
const taskUsabilitySchema = z.strictObject({
  task: z.string(),
  title: z.string(),
  usability: z.enum(usabilities),
  /** One sentence with the figures behind it. */
  reason: z.string(),
});
export type TaskUsability = z.infer<typeof taskUsabilitySchema>;

/** The answer to: can I use this, and for what? The rules stand in `verdict.ts`. */
const usabilityVerdictSchema = z.strictObject({
  usability: z.enum(usabilities),
  /** One sentence. */
  headline: z.string(),
  tasks: z.array(taskUsabilitySchema),
});
export type UsabilityVerdict = z.infer<typeof usabilityVerdictSchema>;

/** One column, synthetic against real train rows. */
const columnFidelitySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(columnKinds),
  role: z.enum(columnRoles),
  /** `ks`: Kolmogorov-Smirnov statistic (numeric). `tv`: total variation distance (categorical, missing a category). Null: a side has no value. */
  distance: z.strictObject({ method: z.enum(['ks', 'tv']), value: z.number() }).nullable(),
  /** p-value of the KS test or of the chi-squared two-sample test; information only (it shrinks with the number of rows). */
  pValue: z.number().nullable(),
  /** Share of missing cells, synthetic minus real. */
  missingDifference: z.number(),
});
export type ColumnFidelity = z.infer<typeof columnFidelitySchema>;

/**
 * A similarity at its place between the floor (real train columns shuffled independently: no relation left) and the ceiling
 * (real test rows), each measured against the real train rows with the same number of rows. `place` is
 * (value − floor) / (ceiling − floor): 0 is as bad as unrelated columns, 1 as good as fresh real patients; it may lie
 * outside 0…1. Null where floor and ceiling coincide.
 */
const placedSchema = z.strictObject({
  id: z.enum(['aggregate', 'columns', 'associations', 'mmd', 'marginals']),
  title: z.string(),
  value: z.number(),
  floor: z.number(),
  ceiling: z.number(),
  place: z.number().nullable(),
  /** Rows compared on each side but the train side. */
  rows: z.int(),
});
export type Placed = z.infer<typeof placedSchema>;

const fidelityDetailSchema = z.strictObject({
  columns: z.array(columnFidelitySchema),
  placed: z.array(placedSchema),
  /** Mean of 1 − total variation distance over the 1-, 2- and 3-way tables. */
  marginalsByOrder: z.array(
    z.strictObject({
      order: z.int(),
      tables: z.int(),
      value: z.number(),
      floor: z.number(),
      ceiling: z.number(),
    }),
  ),
});
export type FidelityDetail = z.infer<typeof fidelityDetailSchema>;

/**
 * A column's distribution, real train rows against synthetic rows. No cell holds 1 to 10 real records: such cells are
 * merged with a neighbour (numeric) or pooled (categorical). Numeric edges are round numbers, never a patient's value.
 */
const histogramSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('numeric'),
    column: z.string(),
    unit: z.string().optional(),
    /** `low` ≤ x < `high`; null = open end. Widths differ where bins were merged: draw densities. */
    bins: z.array(
      z.strictObject({
        low: z.number().nullable(),
        high: z.number().nullable(),
        real: z.int(),
        synthetic: z.int(),
      }),
    ),
    /** Missing cells; null where the real part has 1 to 10 of them: then both counts are inside the last bin. */
    missing: z.strictObject({ real: z.int(), synthetic: z.int() }).nullable(),
  }),
  z.strictObject({
    type: z.literal('categorical'),
    column: z.string(),
    /** Sorted by real count, highest first (ordinal and binary: in their own order); a pooled cell comes last. */
    cells: z.array(
      z.strictObject({
        label: z.string(),
        /** Number of categories in the cell: above 1 for the pooled cell. */
        categories: z.int(),
        real: z.int(),
        synthetic: z.int(),
      }),
    ),
    /** Missing cells; null where the real part has 1 to 10 of them: then both counts are inside the pooled cell. */
    missing: z.strictObject({ real: z.int(), synthetic: z.int() }).nullable(),
  }),
]);
export type Histogram = z.infer<typeof histogramSchema>;

/** Associations between columns (at most 40): Pearson numeric-numeric (signed), Cramér's V, correlation ratio; null = undefined (a constant column). */
const associationMapsSchema = z.strictObject({
  columns: z.array(z.string()),
  /** Number of columns that could have been shown. */
  of: z.int(),
  real: z.array(z.array(z.number().nullable())),
  synthetic: z.array(z.array(z.number().nullable())),
  /** synthetic − real */
  difference: z.array(z.array(z.number().nullable())),
});
export type AssociationMaps = z.infer<typeof associationMapsSchema>;

/** Everything measured on one synthesizer's rows. The pipeline keeps one per synthesizer. */
export const synthesizerResultSchema = z.strictObject({
  schema: z.literal('anamnesis.synthesizer-result/1'),
  synthesizer: synthesizerInfoSchema,
  rows: z.int(),
  verdict: usabilityVerdictSchema,
  /** `fidelity` (layer 1), `utility` (layer 4), `privacy` (layer 6), `validity` (copies, findings). */
  layers: z.array(layerSchema),
  fidelity: fidelityDetailSchema,
  utility: z.strictObject({
    /** Mean ratio over all computed tasks × models; null when there is none. */
    meanRatio: ratioSchema.nullable(),
    tasks: z.array(utilityTaskSchema),
  }),
  histograms: z.array(histogramSchema),
  associations: associationMapsSchema,
  /** What attacks found; absent in reports from before they were tried. */
  privacy: privacyDetailSchema.optional(),
  /** Utility, fidelity and privacy on one page; absent in older reports. */
  trilemma: trilemmaSchema.optional(),
});
export type SynthesizerResult = z.infer<typeof synthesizerResultSchema>;

/** A defect of the data or of the split that spoils figures. */
export const findingSchema = z.strictObject({
  code: z.enum(['SPLIT_OVERLAP', 'LABEL_LEAK', 'CHECK_SKIPPED']),
  /** Who must act: the class of the error that it would be thrown as. */
  kind: z.enum(['privacy', 'data']),
  /** `error`: figures must not be trusted. `note`: a check could not be made. */
  severity: z.enum(['error', 'note']),
  /** What was found and what to do: names columns and counts, never values. */
  message: z.string(),
  task: z.string().optional(),
  column: z.string().optional(),
  count: z.int().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** One row of the table that compares synthesizers. */
const comparisonRowSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** Whether the report recommends it (the first). */
  chosen: z.boolean(),
  usability: z.enum(usabilities),
  meanRatio: ratioSchema.nullable(),
  /** Aggregate fidelity and the place of its marginals between floor and ceiling. */
  fidelity: z.number().nullable(),
  place: z.number().nullable(),
  /** Classifier two-sample AUC: 0.5 = cannot be told from real. */
  discriminatorAuc: z.number().nullable(),
  /** Share of rows that copy a real train row. */
  copies: z.number().nullable(),
  /** Area of the strongest membership attack; absent in older reports, null where it could not be computed. */
  membershipAuc: z.number().nullable().optional(),
  /** ε of the differential-privacy claim; null when none is made. */
  epsilon: z.number().nullable(),
  layers: z.array(z.strictObject({ id: z.string(), verdict: z.enum(verdicts) })),
});
export type ComparisonRow = z.infer<typeof comparisonRowSchema>;

const part = z.strictObject({ rows: z.int(), patients: z.int() });

/** How the real rows came to be, step by step, and what would have to be equal for the same run to come out again. */
const provenanceSchema = z.strictObject({
  /** Who is in: each step of the cohort's definition with the rows and patients left after it, first step = everybody. */
  cohort: z.array(z.strictObject({ step: z.string(), rows: z.int(), patients: z.int() })),
  /** SHA-256 (hex) of inputs and outputs, e.g. `cohort store`, `feature table`, `blueprint`. */
  hashes: z.array(z.strictObject({ name: z.string(), sha256: z.string() })),
  /** Programs and schemas with their versions, e.g. `node`, `duckdb`. */
  versions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** What was run on what. */
const reportMetaSchema = z.strictObject({
  /** Name of the run. */
  name: z.string(),
  /** Title and purpose of the blueprint. */
  title: z.string(),
  purpose: z.string(),
  source: z.strictObject({ id: z.string(), title: z.string() }),
  /** `reference-hospital`: the built-in process, not real patients; every page must say so. */
  dataKind: z.enum(['real', 'reference-hospital']),
  /** What one row is, e.g. `ICU stay`. */
  unit: z.string(),
  train: part,
  test: part,
  seed: z.string(),
  codeVersion: z.string(),
  /** Sentences that a reader should know: limits of the source, tables that were absent. */
  notes: z.array(z.string()),
  provenance: provenanceSchema.optional(),
});
export type ReportMeta = z.infer<typeof reportMetaSchema>;

/** A modelled column of the feature table. */
const reportColumnSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(columnKinds),
  role: z.enum(columnRoles),
  unit: z.string().optional(),
  description: z.string().optional(),
});

export const reportSchema = z.strictObject({
  schema: z.literal('anamnesis.report/1'),
  meta: reportMetaSchema,
  columns: z.array(reportColumnSchema),
  /** The chosen synthesizer's verdict (the first of `synthesizers`). */
  verdict: usabilityVerdictSchema.extend({ synthesizer: z.string() }),
  /** TRTR per task and model. */
  reference: z.array(referenceTaskSchema),
  /** Findings on the real data and the split. Any `error` makes every verdict `not-usable`. */
  findings: z.array(findingSchema),
  comparison: z.array(comparisonRowSchema),
  /** Best first. */
  synthesizers: z.array(synthesizerResultSchema).min(1),
});
export type Report = z.infer<typeof reportSchema>;
