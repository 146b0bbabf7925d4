import { readFileSync } from 'node:fs';
import { z } from 'zod';

const numbers = z.array(z.number());
const pairs = z.array(z.tuple([z.number(), z.number()]));

/** Numbers of scipy and scikit-learn; goldens/generate.py made them. */
export const goldens = z
  .strictObject({
    ks: z.array(z.strictObject({ a: numbers, b: numbers, statistic: z.number(), pValue: z.number() })),
    ksLarge: z.array(
      z.strictObject({
        m: z.int(),
        n: z.int(),
        power: z.number(),
        statistic: z.number(),
        pValue: z.number(),
      }),
    ),
    kolmogorov: pairs,
    gammaQ: z.array(z.tuple([z.number(), z.number(), z.number()])),
    lnGamma: pairs,
    normalQuantile: pairs,
    wilson: z.array(z.tuple([z.int(), z.int(), z.number(), z.number(), z.number()])),
    twoSample: z.array(
      z.strictObject({
        a: numbers,
        b: numbers,
        chi2: z.number(),
        df: z.int(),
        pValue: z.number(),
        tv: z.number(),
        jsd: z.number(),
      }),
    ),
    association: z.strictObject({
      x: numbers,
      y: numbers,
      g: numbers,
      h: numbers,
      pearson: z.number(),
      spearman: z.number(),
      cramersV: z.number(),
      correlationRatio: z.number(),
      mutualInformation: z.number(),
    }),
    mmd: z.strictObject({ p: numbers, q: numbers, sigma: z.number(), mmdSquared: z.number() }),
    binary: z.strictObject({
      labels: numbers,
      p: numbers,
      weights: numbers,
      auc: z.number(),
      weightedAuc: z.number(),
      fpr: numbers,
      tpr: numbers,
      brier: z.number(),
      logLoss: z.number(),
      slope: z.number(),
      intercept: z.number(),
    }),
    multiclass: z.strictObject({
      labels: numbers,
      p: numbers,
      macroAuc: z.number(),
      logLoss: z.number(),
      brier: z.number(),
    }),
    quantile: z.strictObject({ values: numbers, at: pairs }),
    midranks: z.strictObject({ values: numbers, ranks: numbers }),
  })
  .parse(JSON.parse(readFileSync(new URL('./goldens/numerics.json', import.meta.url), 'utf8')));
