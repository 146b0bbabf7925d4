import { z } from 'zod';
import type { Rng } from '../../core/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { CodedRows, Coder, Layout } from '../mixed/index.js';
import { isDrawn } from '../mixed/index.js';

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

/** A class for each row. */
export function drawClasses({ classes }: Labels, rows: number, rng: Rng): readonly (readonly number[])[] {
  const weights = classes.map((one) => one.rows);
  return Array.from({ length: rows }, () => classes[rng.weightedIndex(weights)]!.codes);
}
