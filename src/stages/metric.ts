import { z } from 'zod';

/** An interval with its level, e.g. 0.95, and how it was made. */
export const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  /** Nominal coverage, e.g. 0.95. */
  level: z.number().gt(0).lt(1),
  /** Named method, e.g. `percentile bootstrap over patients, 1000 resamples`. */
  method: z.string(),
});
export type Interval = z.infer<typeof intervalSchema>;

/** A figure that could be computed (design §4.5). Values are stored unrounded. */
const computedMetricSchema = z.strictObject({
  id: z.string(),
  version: z.int(),
  /** A few words for people. */
  title: z.string(),
  value: z.number(),
  ci: intervalSchema.optional(),
  /** Number of observations behind it. */
  n: z.int(),
  /** Named method, e.g. `two-sample Kolmogorov-Smirnov statistic`. */
  method: z.string(),
  goal: z.enum(['max', 'min']),
  range: z.tuple([z.number(), z.number()]),
  /** Null where the figure is informative only. */
  threshold: z.number().nullable(),
  /** Null where there is no threshold. */
  passed: z.boolean().nullable(),
});
export type ComputedMetric = z.infer<typeof computedMetricSchema>;

/** A figure that could not be computed; it never counts as passed. */
const notComputableMetricSchema = z.strictObject({
  id: z.string(),
  version: z.int(),
  title: z.string(),
  /** Why not, in one sentence. */
  notComputable: z.string(),
  /** Whether the layer needs it (then the layer cannot pass). */
  required: z.boolean(),
});
export type NotComputableMetric = z.infer<typeof notComputableMetricSchema>;

/** A metric: tell the two forms apart by `'notComputable' in metric`. */
const metricSchema = z.union([computedMetricSchema, notComputableMetricSchema]);
export type Metric = z.infer<typeof metricSchema>;

export const verdicts = ['pass', 'fail', 'not-computable'] as const;
export type Verdict = (typeof verdicts)[number];

/** One of the layers: metrics and one verdict. */
export const layerSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  metrics: z.array(metricSchema),
  verdict: z.enum(verdicts),
  /** One sentence that says why. */
  reason: z.string(),
});
export type Layer = z.infer<typeof layerSchema>;
