import type { HeadColumn } from './types.js';

/** A part of a head's basis: the cells of one column, or of two coarsened columns, and what is believed of their log odds before looking. */
export interface Block {
  /** Indexes into features followed by labels. */
  readonly columns: readonly number[];
  readonly cells: number;
  /** Cell of each code (one column), or of each couple of codes (first column slowest). */
  readonly cellOf: Uint16Array;
  /** Codes of the second column; 1 where there is none. */
  readonly inner: number;
  /** Prior covariance of the cells' log odds, cells × cells. */
  readonly prior: Float64Array;
}

/**
 * Prior of a column's effects, in squared log odds (expert assumption; its scale is learned for each block from the noisy answers):
 * a line over the ordered codes, a smooth curve and a little of each code's own.
 */
const EFFECT = 0.3;
const OWN = 0.15;
const SMOOTHNESS = 0.35;
/** Prior standard deviation of a cell of two columns, beyond what each column does. */
const INTERACTION = 0.2;
/** Levels that an ordered column is coarsened to, and categories kept apart, where it is paired with another. */
const LEVELS = 4;

/** The effects of one column. */
export function mainBlock(column: HeadColumn, index: number): Block {
  const { size } = column;
  return {
    columns: [index],
    cells: size,
    cellOf: Uint16Array.from({ length: size }, (_, code) => code),
    inner: 1,
    prior: mainPrior(column),
  };
}

function mainPrior(column: HeadColumn): Float64Array {
  const { size } = column;
  const at = positions(column);
  const prior = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const [u, v] = [at[a], at[b]];
      let value = a === b ? OWN ** 2 : 0;
      if (u !== undefined && v !== undefined) {
        const line = 4 * (u - 0.5) * (v - 0.5);
        value += EFFECT ** 2 * (line + Math.exp(-0.5 * ((u - v) / SMOOTHNESS) ** 2));
      } else if (a === b) value += EFFECT ** 2;
      prior[a * size + b] = value;
    }
  }
  return prior;
}

/** Ordered codes' places on 0 … 1, evenly by rank; undefined for codes without an order and for the missing one. */
function positions(column: HeadColumn): (number | undefined)[] {
  const at = new Array<number | undefined>(column.size).fill(undefined);
  if (column.scores === undefined) return at;
  const codes = presentCodes(column).sort((a, b) => column.scores![a]! - column.scores![b]! || a - b);
  for (const [rank, code] of codes.entries()) at[code] = rank / Math.max(codes.length - 1, 1);
  return at;
}

function presentCodes(column: HeadColumn): number[] {
  return Array.from({ length: column.size }, (_, code) => code).filter((code) => code !== column.missing);
}

/** A column's codes merged into few levels of about equal size. */
export interface Coarse {
  readonly level: Uint16Array;
  readonly levels: number;
}

/** @param counts rows of each code in the drawn (public) rows. */
export function coarsen(column: HeadColumn, counts: Float64Array): Coarse {
  const level = new Uint16Array(column.size);
  const codes = presentCodes(column);
  let levels = 0;
  if (column.scores === undefined) {
    codes.sort((a, b) => counts[b]! - counts[a]! || a - b);
    for (const [rank, code] of codes.entries()) level[code] = Math.min(rank, LEVELS);
    levels = Math.min(codes.length, LEVELS + 1);
  } else {
    codes.sort((a, b) => column.scores![a]! - column.scores![b]! || a - b);
    const total = codes.reduce((sum, code) => sum + counts[code]!, 0);
    let before = 0;
    let last = -1;
    for (const code of codes) {
      const part = Math.min(
        LEVELS - 1,
        Math.floor((LEVELS * (before + counts[code]! / 2)) / Math.max(total, 1)),
      );
      if (part !== last) levels++;
      last = part;
      level[code] = levels - 1;
      before += counts[code]!;
    }
  }
  if (column.missing !== undefined) level[column.missing] = levels++;
  return { level, levels };
}

/** What two coarsened columns do together. */
export function pairBlock(columns: readonly [number, number], [a, b]: readonly [Coarse, Coarse]): Block {
  const cells = a.levels * b.levels;
  const inner = b.level.length;
  const cellOf = new Uint16Array(a.level.length * inner);
  for (let i = 0; i < a.level.length; i++) {
    for (let j = 0; j < inner; j++) cellOf[i * inner + j] = a.level[i]! * b.levels + b.level[j]!;
  }
  const prior = new Float64Array(cells * cells);
  for (let i = 0; i < cells; i++) prior[i * cells + i] = INTERACTION ** 2;
  return { columns, cells, cellOf, inner, prior };
}

/** The cell that each row falls into. `codes[c]` are the codes of column c. */
export function cellsOf(block: Block, codes: readonly ArrayLike<number>[]): Uint16Array {
  const { cellOf, inner } = block;
  const [first, second] = block.columns;
  const a = codes[first!]!;
  const b = second === undefined ? undefined : codes[second]!;
  const out = new Uint16Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = cellOf[a[i]! * inner + (b?.[i] ?? 0)]!;
  return out;
}
