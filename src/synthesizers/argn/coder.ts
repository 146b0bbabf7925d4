import { z } from 'zod';
import type { Rng } from '../../core/index.js';
import type { CategoricalColumn, Column, ColumnSchema, NumericColumn } from '../../table/index.js';
import type { Bounds } from '../bounds.js';
import { boundsSchema, intoBounds, learnBounds } from '../bounds.js';
import { cellCoderSchema, decodeCells, encodeCells } from '../cells.js';
import { categoryCounts } from '../check.js';
import { emptyColumn } from '../columns.js';
import type { CompiledArgn } from './options.js';
import { plainDefaults } from './options.js';

/**
 * How a column's values become codes 0 … size − 1 and codes values again. A missing value is the last code. Plain data.
 * - `numbers`: code k are the numbers from `borders[k][0]` to the last border; between two borders all are equally likely, and each stretch
 *   between two has the same share. One border alone is one number. `sources` are columns drawn before that often have exactly the same number;
 *   with `coarse` a stretch of codes is told first and then the place in it.
 * - `categories`: `codeOf[category]`, and `categoryOf[code]`; rare ones share the code `rare`, which is never drawn.
 * - `cells`: what noisy counts of fine cells made of the column (see `ColumnCoder`), with a budget.
 */
export const coderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('numbers'),
    borders: z.array(z.array(z.number()).min(1)),
    bounds: boundsSchema.nullable(),
    missing: z.int().min(0).nullable(),
    size: z.int().min(1),
    sources: z.array(z.int().min(0)).default([]),
    coarse: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('categories'),
    codeOf: z.array(z.int().min(0)),
    categoryOf: z.array(z.int().min(0)),
    rare: z.int().min(0).nullable(),
    missing: z.int().min(0).nullable(),
    size: z.int().min(1),
  }),
  cellCoderSchema,
]);
export type Coder = z.infer<typeof coderSchema>;
type NumberCoder = Extract<Coder, { kind: 'numbers' }>;

/** Learns the codes of a column. */
export function learnCoder(column: Column, options: Pick<CompiledArgn, 'maxBins' | 'rareRows'>): Coder {
  return column.type === 'numeric'
    ? learnNumbers(column, options)
    : learnCategories(column, options.rareRows);
}

function learnCategories(column: CategoricalColumn, rareRows: number): Coder {
  const counts = categoryCounts(column);
  const all = [...counts.keys()];
  const some = counts.some((count) => count >= rareRows);
  const kept = all.filter((c) => counts[c]! > 0 && (!some || counts[c]! >= rareRows));
  kept.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const rare = kept.length < all.length && kept.length > 0 ? kept.length : null;
  const codeOf = new Array<number>(all.length).fill(rare ?? 0);
  for (const [code, category] of kept.entries()) codeOf[category] = code;
  const present = kept.length + (rare === null ? 0 : 1);
  const missing = column.valid.includes(0) || present === 0 ? present : null;
  const size = present + (missing === null ? 0 : 1);
  return { kind: 'categories', codeOf, categoryOf: kept, rare, missing, size };
}

/** Stretches of a bin that may have shares of their own, so that long tails keep their shape. */
const STRETCHES = 8;

function learnNumbers(column: NumericColumn, options: Pick<CompiledArgn, 'maxBins' | 'rareRows'>): Coder {
  const counts = new Map<number, number>();
  let present = 0;
  for (let i = 0; i < column.values.length; i++) {
    if (column.valid[i] !== 1) continue;
    counts.set(column.values[i]!, (counts.get(column.values[i]!) ?? 0) + 1);
    present++;
  }
  const numbers = [...counts.keys()].sort((a, b) => a - b);
  const { maxBins = plainDefaults.maxBins } = options;
  const share = present / maxBins;
  const own = numbers.length <= maxBins ? options.rareRows : Math.max(options.rareRows, share);
  const least = Math.max(share, options.rareRows);
  const borders: number[][] = [];
  for (let i = 0; i < numbers.length;) {
    if (counts.get(numbers[i]!)! >= own) {
      borders.push([numbers[i++]!]);
      continue;
    }
    let end = i;
    let mass = 0;
    while (end < numbers.length && mass < least && counts.get(numbers[end]!)! < own)
      mass += counts.get(numbers[end++]!)!;
    borders.push(stretches(numbers, counts, { from: i, to: end, mass }));
    i = end;
  }
  const missing = present < column.valid.length || present === 0 ? borders.length : null;
  const size = borders.length + (missing === null ? 0 : 1);
  return {
    kind: 'numbers',
    borders,
    bounds: learnBounds(column) ?? null,
    missing,
    size,
    sources: [],
    coarse: false,
  };
}

/** Columns whose number a column may repeat. */
export const sourcesOf = (coder: Coder): readonly number[] => (coder.kind === 'numbers' ? coder.sources : []);

/** Borders of the numbers from … to, half-way to their neighbours, with stretches of about the same share between. */
function stretches(
  numbers: readonly number[],
  counts: ReadonlyMap<number, number>,
  { from, to, mass }: { from: number; to: number; mass: number },
): number[] {
  const border = (i: number): number => {
    const [below, above] = [numbers[i - 1] ?? numbers[0]!, numbers[i] ?? numbers.at(-1)!];
    return below + (above - below) / 2;
  };
  const borders = [border(from)];
  let sum = 0;
  let next = 1;
  const parts = Math.min(STRETCHES, to - from);
  for (let i = from; i < to; i++) {
    sum += counts.get(numbers[i]!)!;
    if (i + 1 < to && sum < (next * mass) / parts) continue;
    borders.push(border(i + 1));
    next = Math.floor((sum * parts) / mass) + 1;
  }
  return borders;
}

/** Codes that are drawn: all but that of rare categories. */
export function isDrawn(coder: Coder, code: number): boolean {
  return coder.kind !== 'categories' || code !== coder.rare;
}

/** The code of each row. A value that is missing where none was in training has the first code. */
export function encode(coder: Coder, column: Column): Uint32Array {
  if (coder.kind === 'cells') return encodeCells(coder, column);
  const codes = new Uint32Array(column.valid.length);
  const missing = coder.missing ?? 0;
  for (let i = 0; i < codes.length; i++) {
    if (column.valid[i] !== 1) codes[i] = missing;
    else if (coder.kind === 'categories')
      codes[i] = column.type === 'categorical' ? coder.codeOf[column.codes[i]!]! : 0;
    else codes[i] = column.type === 'numeric' ? binOf(coder, column.values[i]!) : 0;
  }
  return codes;
}

/** The bin of a number, or the nearest; a number on a border belongs to a bin that it is alone in, if there is one. */
function binOf({ borders }: NumberCoder, value: number): number {
  if (borders.length === 0) return 0;
  let first = 0;
  let last = borders.length - 1;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (borders[middle]!.at(-1)! >= value) last = middle;
    else first = middle + 1;
  }
  const isOwn = (bin: number): boolean => borders[bin]?.length === 1 && borders[bin][0] === value;
  if (isOwn(first + 1)) return first + 1;
  // between two numbers that each are alone in a bin, the nearer
  const below = borders[first - 1];
  if (borders[first]!.length === 1 && below?.length === 1 && value - below[0]! < borders[first]![0]! - value)
    return first - 1;
  return first;
}

/** A column from its codes. */
export function decode(coder: Coder, schema: ColumnSchema, codes: ArrayLike<number>, rng: Rng): Column {
  if (coder.kind === 'cells') return decodeCells(coder, schema, codes, rng);
  const column = emptyColumn(schema, codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === coder.missing) continue;
    column.valid[i] = 1;
    if (column.type === 'categorical')
      column.codes[i] = coder.kind === 'categories' ? coder.categoryOf[code]! : 0;
    else if (coder.kind === 'numbers') column.values[i] = numberOf(coder.borders[code]!, coder.bounds, rng);
  }
  return column;
}

function numberOf(borders: readonly number[], bounds: Bounds | null, rng: Rng): number {
  if (borders.length === 1) return borders[0]!;
  const u = rng.next() * (borders.length - 1);
  const k = Math.floor(u);
  const value = borders[k]! + (u - k) * (borders[k + 1]! - borders[k]!);
  return bounds === null ? value : intoBounds(bounds, value);
}
