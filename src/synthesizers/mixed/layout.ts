import type { Coder } from './coder.js';
import { isDrawn } from './coder.js';

/** A categorical variable of a network. */
export interface Choice {
  readonly column: number;
  /** Columns of too many codes are two variables: the group of the code, and its place in the group. */
  readonly role: 'code' | 'group' | 'place';
  readonly size: number;
}

/** What the variables of a network are. */
export interface Layout {
  readonly choices: readonly Choice[];
  readonly sizes: readonly number[];
  /** Where each choice's codes begin when all are side by side. */
  readonly starts: readonly number[];
  /** Codes of all choices together. */
  readonly width: number;
  /** Columns that have a number. */
  readonly numbers: readonly number[];
  /** Where the codes that each number goes with lie when all are side by side; none where a column always has its number. */
  readonly modes: readonly ({ readonly from: number; readonly to: number } | undefined)[];
  /** Choices of each column, none where it has one code only; and its place among the numbers. */
  readonly ofColumn: readonly { readonly choices: readonly number[]; readonly number: number | undefined }[];
  /** Codes of a group of each column; all in one where there are no groups. */
  readonly widths: readonly number[];
}

/** Columns of more codes have groups: 50,000 codes are two variables of 224. */
const MOST_CODES = 256;

export function layoutOf(coders: readonly Coder[]): Layout {
  const choices: Choice[] = [];
  const numbers: number[] = [];
  const widths = coders.map(({ size }) => (size > MOST_CODES ? Math.ceil(Math.sqrt(size)) : size));
  const ofColumn = coders.map((coder, column) => {
    const { size } = coder;
    const width = widths[column]!;
    const first = choices.length;
    if (width < size) {
      choices.push(
        { column, role: 'group', size: Math.ceil(size / width) },
        { column, role: 'place', size: width },
      );
    } else if (size > 1) choices.push({ column, role: 'code', size });
    const number = coder.kind === 'numbers' && coder.modes.length > 0 ? numbers.push(column) - 1 : undefined;
    return { choices: Array.from({ length: choices.length - first }, (_, i) => first + i), number };
  });
  const sizes = choices.map(({ size }) => size);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const modes = numbers.map((column) => {
    const coder = coders[column]!;
    const [choice] = ofColumn[column]!.choices;
    if (choice === undefined || coder.kind !== 'numbers') return undefined;
    const from = starts[choice]! + coder.spikes.length;
    return { from, to: from + coder.modes.length };
  });
  return { choices, sizes, starts, width, numbers, modes, ofColumn, widths };
}

/** A table of constants needs no network. */
export function hasNetwork({ choices, numbers }: Layout): boolean {
  return choices.length + numbers.length > 0;
}

/** The code of a choice from that of its column. */
export function choiceCode({ choices, widths }: Layout, choice: number, code: number): number {
  const { column, role } = choices[choice]!;
  if (role === 'code') return code;
  const width = widths[column]!;
  return role === 'group' ? Math.floor(code / width) : code % width;
}

/** Whether each code of a column may be drawn. @param missing whether missing may be. */
function drawnCodes(coder: Coder, missing: boolean): (code: number) => boolean {
  return (code) =>
    code < coder.size && isDrawn(coder, code) && (missing || code !== coder.missing || coder.size === 1);
}

/** Takes a row's shares of the codes of all choices (or anything that grows with them as a weight) and draws a column's code. */
export type DrawCode = (weights: ArrayLike<number>, u: () => number) => number;

/** For each column, how its code is drawn from weights of all choices, side by side as in the layout. */
export function codeDrawers(layout: Layout, coders: readonly Coder[]): DrawCode[] {
  return coders.map((coder, column): DrawCode => {
    const [first, second] = layout.ofColumn[column]!.choices;
    const drawn = drawnCodes(coder, true);
    if (first === undefined) return () => 0;
    const start = layout.starts[first]!;
    const size = layout.sizes[first]!;
    const width = layout.widths[column]!;
    if (second === undefined) {
      const mask = Uint8Array.from({ length: size }, (_, code) => Number(drawn(code)));
      return (weights, u) => drawMasked(weights, { start, mask, from: 0, size }, u());
    }
    const places = Uint8Array.from({ length: size * width }, (_, code) => Number(drawn(code)));
    const groups = Uint8Array.from({ length: size }, (_, group) =>
      Number(places.subarray(group * width, (group + 1) * width).includes(1)),
    );
    const placeStart = layout.starts[second]!;
    return (weights, u) => {
      const group = drawMasked(weights, { start, mask: groups, from: 0, size }, u());
      const from = group * width;
      return from + drawMasked(weights, { start: placeStart, mask: places, from, size: width }, u());
    };
  });
}

interface Masked {
  readonly start: number;
  readonly mask: Uint8Array;
  readonly from: number;
  readonly size: number;
}

/** A code by its weight among those that may be drawn; of weights that are all 0, each alike. */
function drawMasked(weights: ArrayLike<number>, { start, mask, from, size }: Masked, u: number): number {
  let total = 0;
  let allowed = 0;
  for (let k = 0; k < size; k++) {
    if (mask[from + k] !== 1) continue;
    total += weights[start + k]!;
    allowed++;
  }
  let left = u * (total > 0 ? total : allowed);
  let last = 0;
  for (let k = 0; k < size; k++) {
    if (mask[from + k] !== 1) continue;
    const weight = total > 0 ? weights[start + k]! : 1;
    if (weight === 0) continue;
    last = k;
    left -= weight;
    if (left < 0) return k;
  }
  return last;
}
