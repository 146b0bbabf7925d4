import { z } from 'zod';
import { verdicts } from './metric.js';

/** The privacy layer's figures and the page that sums up utility, fidelity and privacy, as parts of the report document. */

/** A figure with its interval. */
const figureSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export type Figure = z.infer<typeof figureSchema>;

/** A membership attack: area under the ROC curve and shares of members found. */
const attackSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** What it looks at, in one sentence. */
  idea: z.string(),
  /** The paper that it follows. */
  source: z.string(),
  /** On all targets: area, and share of members found at each of `rates`. */
  auc: figureSchema,
  tpr: z.array(figureSchema),
  /** The same on the remote targets alone; null with too few. */
  remote: z.strictObject({ auc: figureSchema, tpr: z.array(figureSchema) }).nullable(),
  /** Control: area when one half of the non-members is called members. 0.5 but for chance. */
  heldOut: z.number(),
  /** Positive control: the same attack on rows of which a tenth are copies of training rows. */
  planted: z.strictObject({ auc: z.number(), tpr: z.array(z.number()) }),
  /** ROC curve on a logarithmic grid: false-positive rate, true-positive rate. */
  curve: z.array(z.tuple([z.number(), z.number()])),
});
export type AttackFigures = z.infer<typeof attackSchema>;

/** Guessing one column of a record from all others by the nearest row. */
const attributeSchema = z.strictObject({
  column: z.string(),
  /** Cells told apart: classes, or up to ten bins of a number. */
  cells: z.int(),
  /** Targets a side. */
  rows: z.int(),
  /** Share of right guesses from the nearest synthetic row, about members and about others. */
  members: z.number(),
  others: z.number(),
  /** members − others: what the guesser owes to membership (Yeom et al. 2018). */
  advantage: figureSchema,
  /** Share of right guesses about others from the nearest real row that nobody learned from. */
  realRows: z.number(),
  /** Share of right guesses when the most frequent cell is always named. */
  majority: z.number(),
});
export type AttributeFigures = z.infer<typeof attributeSchema>;

const distancesSchema = z.strictObject({
  /** Synthetic rows looked at, and real rows on each side. */
  rows: z.int(),
  among: z.int(),
  /** Share of synthetic rows whose nearest training row is nearer than the nearest held-out row; ties half. 0.5 is even. */
  share: figureSchema,
  /** Median distance of a synthetic row to the nearest training row, and of a fresh real row. */
  median: z.number(),
  realMedian: z.number(),
  /** 5th percentile of the distance of fresh real rows to the nearest training row. */
  fifth: z.number(),
  /** Share of synthetic rows nearer than that; 5 % among fresh real rows. */
  below: figureSchema,
  /** Distance of targets to the nearest synthetic row; no bin holds 1 to 10 members or others. */
  histogram: z.array(
    z.strictObject({ low: z.number(), high: z.number().nullable(), members: z.int(), others: z.int() }),
  ),
});
export type DistanceFigures = z.infer<typeof distancesSchema>;

export const privacyDetailSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('not-computable'), reason: z.string() }),
  z.strictObject({
    status: z.literal('computed'),
    targets: z.strictObject({
      /** Targets a side: training rows, and as many rows that nobody learned from. */
      members: z.int(),
      others: z.int(),
      /** Targets of either side that lie far from the population: a tenth, chosen without knowing who is a member. */
      remote: z.int(),
      reference: z.int(),
      synthetic: z.int(),
    }),
    level: z.number(),
    resamples: z.int(),
    /** False-positive rates; each leaves at least ten false alarms. */
    rates: z.array(z.number()),
    attacks: z.array(attackSchema),
    /** Ids of the attacks with the largest area on all and on remote targets. */
    strongest: z.string(),
    strongestRemote: z.string().nullable(),
    /** The largest area of all attacks when membership is dealt out by chance: its 95th percentile, and how often it reaches the observed one. */
    chance: z.strictObject({ permutations: z.int(), upper: z.number(), p: z.number() }),
    /** Positive control: a tenth of the rows replaced by copies of training rows. `copy`: the closest-record attack on a full copy. */
    control: z.strictObject({
      copies: z.int(),
      caught: z.boolean(),
      auc: z.number(),
      tpr: z.number().nullable(),
      copy: z.number(),
    }),
    attributes: z.array(attributeSchema),
    distances: distancesSchema,
  }),
]);
export type PrivacyDetail = z.infer<typeof privacyDetailSchema>;

/** One side of the triangle of utility, fidelity and privacy. */
const sideSchema = z.strictObject({
  id: z.enum(['utility', 'fidelity', 'privacy']),
  title: z.string(),
  verdict: z.enum(verdicts),
  /** What the figure is. */
  what: z.string(),
  figure: figureSchema.nullable(),
  /** The layer's bar for it, and what is ideal. */
  bar: z.number(),
  ideal: z.number(),
  /** The worst that a figure can be: a coin, unrelated columns, a full copy. */
  worst: z.number(),
  goal: z.enum(['max', 'min']),
  /** One sentence: why the layer passed or not. */
  reason: z.string(),
});
export type Side = z.infer<typeof sideSchema>;

/** One of the five measures of the article that the one-table product follows. */
const measureSchema = z.strictObject({
  id: z.enum(['utility-ratio', 'membership', 'attribute-inference', 'ks', 'nearest-neighbour']),
  title: z.string(),
  /** The article's target, in its words. */
  target: z.string(),
  /** What was found, with its figures. */
  found: z.string(),
  value: z.number().nullable(),
  /** Null where it could not be computed. */
  passed: z.boolean().nullable(),
  /** How it was computed here and what it does not say. */
  note: z.string(),
});
export type ArticleMeasure = z.infer<typeof measureSchema>;

export const trilemmaSchema = z.strictObject({
  sides: z.array(sideSchema),
  article: z.array(measureSchema),
});
export type Trilemma = z.infer<typeof trilemmaSchema>;
