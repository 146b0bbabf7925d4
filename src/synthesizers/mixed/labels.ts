import { z } from 'zod';
import type { Rng } from '../../core/index.js';
import type { ColumnSchema } from '../../table/index.js';
import { isDrawn } from './coder.js';
import type { Coder } from './coder.js';
import type { Layout } from './layout.js';
import type { CodedRows } from './rows.js';

/** The label columns, drawn from their joint shares before the rest is drawn given them (the paper's class-conditional model). */
export const labelsSchema = z.strictObject({
  columns: z.array(z.int().min(0)),
  /** Their codes, and how many rows have them. */
  classes: z.array(z.strictObject({ codes: z.array(z.int().min(0)), rows: z.int().min(1) })),
});
export type Labels = z.infer<typeof labelsSchema>;

export interface LabelRequest {
  readonly schema: readonly ColumnSchema[];
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  readonly rareRows: number;
}

/** Labels that are choices of at most 256 codes; others are drawn with the rest. Combinations of few rows are left out, unless all are. */
export function learnLabels(
  { codes, rows }: CodedRows,
  { schema, coders, layout, rareRows }: LabelRequest,
): Labels {
  const columns = [...schema.keys()].filter((c) => {
    const { choices, number } = layout.ofColumn[c]!;
    return schema[c]!.role === 'label' && choices.length === 1 && number === undefined;
  });
  const places = columns.map((c) => layout.ofColumn[c]!.choices[0]!);
  const found = new Map<string, { codes: number[]; rows: number }>();
  for (let row = 0; row < rows; row++) {
    const own = places.map((place) => codes[row * layout.choices.length + place]!);
    if (!own.every((code, i) => isDrawn(coders[columns[i]!]!, code))) continue;
    const key = own.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { codes: own, rows: 1 });
    else known.rows++;
  }
  const all = [...found.values()].sort(
    (a, b) => b.rows - a.rows || (a.codes.join() < b.codes.join() ? -1 : 1),
  );
  const common = all.filter((one) => one.rows >= rareRows);
  return { columns, classes: common.length > 0 ? common : all };
}

/** Of a table whose labels are drawn with the rest. */
export const noLabels: Labels = { columns: [], classes: [] };

/** The choices of the label columns. */
export function labelChoices({ columns }: Labels, { ofColumn }: Layout): number[] {
  return columns.map((c) => ofColumn[c]!.choices[0]!);
}

/** Codes of the columns that are given, row by row. */
export type GivenCodes = ReadonlyMap<number, ArrayLike<number>>;

/** Draws codes of the label columns for a row. */
export type DrawLabels = (row: number, rng: Rng) => readonly number[];

/**
 * Draws labels by the joint shares of the classes that have the row's given codes. Where none has them, the other labels are drawn as if nothing were given.
 */
export function labelDrawer({ columns, classes }: Labels, given: GivenCodes): DrawLabels {
  const all = classes.map(({ rows }) => rows);
  const fixed = columns.map((c) => given.get(c));
  if (columns.length === 0) return () => [];
  if (fixed.every((codes) => codes === undefined))
    return (_row, rng) => classes[rng.weightedIndex(all)]!.codes;
  const known = new Map<string, number[]>();
  return (row, rng) => {
    const own = fixed.map((codes) => codes?.[row]);
    const key = own.join();
    let weights = known.get(key);
    if (weights === undefined) {
      const fits = classes.map(({ codes, rows }) =>
        own.every((code, i) => code === undefined || code === codes[i]) ? rows : 0,
      );
      weights = fits.some((rows) => rows > 0) ? fits : all;
      known.set(key, weights);
    }
    const drawn = classes[rng.weightedIndex(weights)]!.codes;
    return own.map((code, i) => code ?? drawn[i]!);
  };
}

/** The class that has certain codes of the label columns; undefined where there is none. */
export function classOfLabels({ classes }: Labels): (codes: readonly number[]) => number | undefined {
  const places = new Map(classes.map(({ codes }, i) => [codes.join(), i]));
  return (codes) => places.get(codes.join());
}

/** A logit beside which no other code is ever drawn. */
const CERTAIN = 100;

/**
 * Makes a decoder's word for the labels what it was told.
 * @param logits of all choices [rows, width].
 * @param told codes of the labels [rows, labels].
 */
export function putLabels(
  logits: Float32Array,
  told: ArrayLike<number>,
  { layout, labels }: { readonly layout: Layout; readonly labels: readonly number[] },
): void {
  for (let i = 0; i < told.length; i++) {
    const k = labels[i % labels.length]!;
    const start = Math.floor(i / labels.length) * layout.width + layout.starts[k]!;
    logits.fill(0, start, start + layout.sizes[k]!);
    logits[start + told[i]!] = CERTAIN;
  }
}
