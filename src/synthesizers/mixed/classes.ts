import { z } from 'zod';
import type { Rng } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { ColumnSchema } from '../../table/index.js';
import { smoothShares } from '../shares.js';
import type { Layout } from './layout.js';
import { choiceCode } from './layout.js';
import type { CodedColumn, CodedRows } from './rows.js';

/**
 * What is known of each class of rows under a budget: noisy shares of all codes. A class is a combination of label values; without labels there is one.
 * Plain data.
 */
export const classesSchema = z.strictObject({
  /** Label columns whose codes make the class, and how many codes each has. */
  columns: z.array(z.int().min(0)),
  sizes: z.array(z.int().min(1)),
  /** Noisy rows of each class; the last column's code changes first. */
  rows: z.array(z.number().min(0)).min(1),
  /** Shares of the codes of all choices, side by side, in each class. */
  shares: z.array(z.array(z.number().gt(0).max(1))),
});
export type Classes = z.infer<typeof classesSchema>;

/** Each class has tables of its own, and noise in every cell of them (expert assumption: three binary labels are as much as a budget of ε = 1 carries). */
const MOST_CLASSES = 8;
/** A class has at least so many rows. */
const LEAST_ROWS = 0.5;
/** Share of codes that are as good as never drawn, so that its logarithm is finite. */
const LEAST_SHARE = 1e-9;

/** Label columns that make the classes: in the schema's order as long as there are few combinations. */
function classColumns(schema: readonly ColumnSchema[], layout: Layout): Pick<Classes, 'columns' | 'sizes'> {
  const columns: number[] = [];
  const sizes: number[] = [];
  let many = 1;
  for (const [c, { role }] of schema.entries()) {
    const { choices, number } = layout.ofColumn[c]!;
    if (role !== 'label' || choices.length !== 1 || number !== undefined) continue;
    const size = layout.sizes[choices[0]!]!;
    if (many * size > MOST_CLASSES) continue;
    many *= size;
    columns.push(c);
    sizes.push(size);
  }
  return { columns, sizes };
}

export interface ClassRequest {
  readonly schema: readonly ColumnSchema[];
  readonly layout: Layout;
  readonly rows: CodedRows;
  /** Noisy shares of all codes, side by side, over all rows; and their noisy number. */
  readonly shares: Float64Array;
  readonly total: number;
  readonly curator: Curator;
  readonly rho: number;
}

/**
 * Counts the codes of every choice in every class, all at once, with noise. Noisy counts of a class are drawn towards the shares of all rows as far as they are noise
 * (see `smoothShares`). Without labels, or with nothing else, nothing is asked.
 */
export function measureClasses({ schema, layout, rows, shares, total, curator, rho }: ClassRequest): Classes {
  const { columns, sizes } = classColumns(schema, layout);
  const others = [...layout.choices.keys()].filter((k) => !columns.includes(layout.choices[k]!.column));
  const held = (x: number): number => Math.min(1, Math.max(x, LEAST_SHARE));
  if (columns.length === 0 || others.length === 0)
    return { columns: [], sizes: [], rows: [total], shares: [Array.from(shares, held)] };
  const many = sizes.reduce((product, size) => product * size, 1);
  const classOf = classesOf({ columns, sizes }, layout, rows);
  const starts = others.map((_, i) =>
    others.slice(0, i).reduce((sum, k) => sum + many * layout.sizes[k]!, 0),
  );
  const cells = starts.at(-1)! + many * layout.sizes[others.at(-1)!]!;
  const { values, sigma } = curator.sums({
    purpose: 'measurement',
    about: `tables of ${others.length} columns by ${many} classes, ${cells} cells`,
    rowNorm: Math.sqrt(others.length),
    rho,
    sums: () => {
      const counts = new Float64Array(cells);
      for (let row = 0; row < rows.rows; row++) {
        for (const [i, k] of others.entries())
          counts[
            starts[i]! + classOf[row]! * layout.sizes[k]! + rows.codes[row * layout.choices.length + k]!
          ]!++;
      }
      return counts;
    },
  });
  const ofClass = (i: number, own: number): Float64Array => {
    const size = layout.sizes[others[i]!]!;
    return values.slice(starts[i]! + own * size, starts[i]! + (own + 1) * size);
  };
  const all = Array.from({ length: many }, (_, own) => {
    const filled = Float64Array.from(shares);
    for (const [i, k] of others.entries()) {
      const [from, size] = [layout.starts[k]!, layout.sizes[k]!];
      filled.set(sharesIn(ofClass(i, own), shares.subarray(from, from + size), sigma), from);
    }
    for (const [i, c] of columns.entries()) {
      const k = layout.ofColumn[c]!.choices[0]!;
      filled.fill(0, layout.starts[k], layout.starts[k]! + sizes[i]!);
      filled[layout.starts[k]! + codeOf(sizes, own, i)] = 1;
    }
    return Array.from(filled, held);
  });
  return { columns, sizes, rows: classRows(others, many, { layout, ofClass }), shares: all };
}

/** Shares in a class; codes that have none in all rows have none here, and each of the others counts half a row more. */
function sharesIn(counts: Float64Array, all: Float64Array, sigma: number): Float64Array {
  const here = counts.map((n, code) => (all[code]! > 0 ? n : 0));
  const rows = here.reduce((sum, n) => sum + n, 0);
  const added = LEAST_ROWS / Math.max(LEAST_ROWS, rows);
  const smooth = smoothShares(here, all, sigma).map((x, code) => (all[code]! > 0 ? x + added : 0));
  const total = smooth.reduce((sum, x) => sum + x, 0);
  return smooth.map((x) => x / total);
}

/** Noisy rows of each class: mean of its tables' totals by the inverse variance of their noise. */
function classRows(
  others: readonly number[],
  many: number,
  { layout, ofClass }: { layout: Layout; ofClass: (i: number, own: number) => Float64Array },
): number[] {
  const weights = others.map((k) => 1 / layout.sizes[k]!);
  const all = weights.reduce((sum, w) => sum + w, 0);
  const found = Array.from({ length: many }, (_, own) =>
    weights.reduce((sum, w, i) => sum + (w / all) * ofClass(i, own).reduce((a, b) => a + b, 0), 0),
  );
  return found.map((rows) => Math.max(LEAST_ROWS, rows));
}

/** The code of the i-th label in a class. */
function codeOf(sizes: readonly number[], own: number, i: number): number {
  const after = sizes.slice(i + 1).reduce((product, size) => product * size, 1);
  return Math.floor(own / after) % sizes[i]!;
}

/** The class of each row. */
export function classesOf(
  { columns, sizes }: Pick<Classes, 'columns' | 'sizes'>,
  layout: Layout,
  { rows, codes }: CodedRows,
): Int32Array {
  const places = columns.map((c) => layout.ofColumn[c]!.choices[0]!);
  return Int32Array.from({ length: rows }, (_, row) =>
    places.reduce((own, k, i) => own * sizes[i]! + codes[row * layout.choices.length + k]!, 0),
  );
}

/** Codes of the i-th label column in rows of such classes. */
export function labelCodes({ sizes }: Classes, of: Int32Array, i: number): Uint32Array {
  return Uint32Array.from(of, (own) => codeOf(sizes, own, i));
}

/** A class for each row: by its noisy rows, times the shares that the row's given codes have in it (as if columns hung on the class alone). */
export function drawClasses(
  classes: Classes,
  layout: Layout,
  { rows, given, rng }: { rows: number; given: ReadonlyMap<number, CodedColumn>; rng: Rng },
): Int32Array {
  const known = [...given].flatMap(([c, { codes }]) =>
    layout.ofColumn[c]!.choices.map((k) => ({ k, codes, start: layout.starts[k]! })),
  );
  const logs = classes.shares.map((shares) => shares.map(Math.log));
  const start = classes.rows.map(Math.log);
  return Int32Array.from({ length: rows }, (_, row) => {
    if (known.length === 0) return rng.weightedIndex(classes.rows);
    const own = start.map((log, c) =>
      known.reduce(
        (sum, { k, codes, start: at }) => sum + logs[c]![at + choiceCode(layout, k, codes[row]!)]!,
        log,
      ),
    );
    const most = Math.max(...own);
    return rng.weightedIndex(own.map((log) => Math.exp(log - most)));
  });
}

/** 1 for the codes of all choices that are not labels of a class, else 0: what is learned. */
export function learnedCodes({ columns }: Classes, layout: Layout): Float32Array {
  const open = new Float32Array(layout.width);
  for (const [k, { column }] of layout.choices.entries())
    open.fill(Number(!columns.includes(column)), layout.starts[k], layout.starts[k]! + layout.sizes[k]!);
  return open;
}

/** The shares of all classes, flat [classes · width], and their logarithms. */
export function flatShares({ shares }: Classes): Float32Array {
  return Float32Array.from(shares.flat());
}
export function logShares(classes: Classes): Float32Array {
  return flatShares(classes).map(Math.log);
}

/** Where a choice's codes lie among those of all choices. */
export interface Place {
  readonly start: number;
  readonly size: number;
}

/** A code by its share. */
export function drawShare(shares: ArrayLike<number>, { start, size }: Place, rng: Rng): number {
  let total = 0;
  for (let k = 0; k < size; k++) total += shares[start + k]!;
  let left = rng.next() * total;
  for (let k = 0; k < size - 1; k++) if ((left -= shares[start + k]!) < 0) return k;
  return size - 1;
}
