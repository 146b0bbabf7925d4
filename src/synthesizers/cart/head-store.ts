import { z } from 'zod';
import type { ColumnSchema } from '../../table/index.js';
import { BoostedTrees } from '../../trees/index.js';
import { badModel } from '../bundle.js';
import type { Head, Logistic } from './model.js';

const coderSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('number'),
    name: z.string(),
    levels: z.array(z.string()).optional(),
    mean: z.number(),
    deviation: z.number().min(0),
    median: z.number(),
    indicator: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('category'),
    name: z.string(),
    slots: z.array(z.tuple([z.string(), z.int().min(0)])),
    slotNames: z.array(z.string()),
    indicator: z.boolean(),
  }),
]);

const logisticSchema = z.strictObject({
  encoder: z.strictObject({ coders: z.array(coderSchema), names: z.array(z.string()) }),
  model: z.strictObject({
    features: z.int().min(0),
    classes: z.int().min(2),
    weights: z.array(z.number()),
    intercepts: z.array(z.number()),
    iterations: z.int(),
    gradientNorm: z.number(),
    converged: z.boolean(),
  }),
});

/** A head as JSON; {@link readHead} checks what a schema cannot. */
export const headSchema = z.strictObject({
  type: z.literal('head'),
  classes: z.array(z.int().min(0)).min(2),
  weight: z.number().min(0).max(1),
  trees: z.unknown().optional(),
  logistic: logisticSchema.optional(),
  odds: z.array(z.number().min(0)),
});
type HeadJson = z.output<typeof headSchema>;

export function writeHead(head: Head): HeadJson {
  const { logistic, trees } = head;
  return {
    ...head,
    classes: [...head.classes],
    odds: [...head.odds],
    trees,
    logistic: logistic && writeLogistic(logistic),
  };
}

/** Whose head it is, and the columns that it may ask. */
export interface HeadPlace {
  readonly dir: string;
  readonly label: ColumnSchema;
  readonly earlier: readonly ColumnSchema[];
}

/** @throws DataError `BAD_MODEL` when its parts do not fit each other, the label or the columns before it. */
export function readHead(json: HeadJson, { dir, label, earlier }: HeadPlace): Head {
  const { type, classes, weight, odds } = json;
  const trees = json.trees === undefined ? undefined : BoostedTrees.fromJSON(json.trees);
  const logistic = json.logistic && readLogistic(json.logistic);
  const k = classes.length;
  const names = new Set(earlier.map((s) => s.name));
  const asks = [...(trees?.features ?? []), ...(logistic?.encoder.coders.map((coder) => coder.name) ?? [])];
  const sound =
    odds.length === k &&
    classes.every((code) => code < (label.categories?.length ?? 0)) &&
    asks.every((name) => names.has(name)) &&
    (trees !== undefined || weight === 0) &&
    (logistic !== undefined || weight === 1) &&
    (trees === undefined ||
      (trees.kind === 'multiclass' ? trees.outputs === k : trees.kind === 'binary' && k === 2)) &&
    (logistic === undefined || soundLogistic(logistic, k));
  if (!sound) throw badModel(dir, `the model of the label '${label.name}' is damaged`);
  return { type, classes, weight, trees: trees?.toJSON(), logistic, odds };
}

function writeLogistic({ encoder, model }: Logistic): z.output<typeof logisticSchema> {
  const coders = encoder.coders.map((coder) =>
    coder.type === 'number'
      ? { ...coder, levels: coder.levels && [...coder.levels] }
      : { ...coder, slots: [...coder.slots], slotNames: [...coder.slotNames] },
  );
  return {
    encoder: { coders, names: [...encoder.names] },
    model: { ...model, weights: [...model.weights], intercepts: [...model.intercepts] },
  };
}

function readLogistic({ encoder, model }: z.output<typeof logisticSchema>): Logistic {
  const coders = encoder.coders.map((coder) =>
    coder.type === 'number' ? { ...coder, levels: coder.levels } : { ...coder, slots: new Map(coder.slots) },
  );
  return {
    encoder: { coders, names: encoder.names },
    model: {
      ...model,
      weights: Float64Array.from(model.weights),
      intercepts: Float64Array.from(model.intercepts),
    },
  };
}

function soundLogistic({ encoder, model }: Logistic, classes: number): boolean {
  const outputs = classes === 2 ? 1 : classes;
  return (
    model.classes === classes &&
    model.intercepts.length === outputs &&
    model.features === encoder.names.length &&
    model.weights.length === model.features * outputs
  );
}
