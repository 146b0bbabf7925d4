import type { Coder } from './coder.js';
import { isDrawn, sourcesOf } from './coder.js';

/** A categorical variable of the network. */
export interface Part {
  readonly column: number;
  /**
   * - `flag`: whether the column's value is missing (0, 1); before the others of its column
   * - `same`: which of the column's sources has exactly this number (1, 2, …), or none (0)
   * - `code`: the column's code
   * - `group`, `place`: of columns of too many codes, first the group of the code and then its place in it (a two-level softmax, Goodman 2001,
   *   "Classes for fast maximum entropy training"), which makes 50,000 codes two variables of 224; of numbers, a stretch and the place in it, so that few rows
   *   tell much about the first (the paper has digits there)
   */
  readonly role: 'flag' | 'same' | 'code' | 'group' | 'place';
  readonly size: number;
  /** Whether neighbouring codes are neighbouring numbers. */
  readonly ordered: boolean;
  /** The variable that says the group of a place. */
  readonly parent: number | undefined;
  /** The variable that says whether the value is missing, and what this one's code then is. */
  readonly flag: { readonly part: number; readonly code: number } | undefined;
  /** The variable that says whether another column has the same number, which then says this one's code. */
  readonly same: number | undefined;
}

/** What the network's variables are, and how columns become them. */
export interface Parts {
  readonly parts: readonly Part[];
  /** Variables of each column in their order, none where there is one code only. */
  readonly ofColumn: readonly (readonly number[])[];
  /** Codes of a group, for columns of groups. */
  readonly widths: readonly number[];
}

/** Columns of more codes have groups. */
const MOST_CODES = 256;
const MOST_COARSE_CODES = 16;

/** Codes of a group. */
function widthOf(coder: Coder): number {
  const most = coder.kind === 'numbers' && coder.coarse ? MOST_COARSE_CODES : MOST_CODES;
  return coder.size > most ? Math.ceil(Math.sqrt(coder.size)) : coder.size;
}

export function partsOf(coders: readonly Coder[]): Parts {
  const parts: Part[] = [];
  const widths = coders.map(widthOf);
  const ofColumn = coders.map((coder, column) => {
    const first = parts.length;
    parts.push(...columnParts(coder, { column, first, width: widths[column]! }));
    return Array.from({ length: parts.length - first }, (_, i) => first + i);
  });
  return { parts, ofColumn, widths };
}

function columnParts(
  coder: Coder,
  { column, first, width }: { column: number; first: number; width: number },
): Part[] {
  const { size, missing } = coder;
  if (size === 1) return [];
  const none = { ordered: false, parent: undefined, flag: undefined, same: undefined };
  const flagged = missing !== null && size > 2; // with one present code, the code itself is the flag
  const parts: Part[] = flagged ? [{ ...none, column, role: 'flag', size: 2 }] : [];
  const flag = (code: number): Part['flag'] => (flagged ? { part: first, code } : undefined);
  const sources = sourcesOf(coder).length;
  const same = sources > 0 ? first + parts.length : undefined;
  if (same !== undefined) parts.push({ ...none, column, role: 'same', size: sources + 1, flag: flag(0) });
  const last = missing ?? 0;
  const own = { column, ordered: coder.kind === 'numbers', parent: undefined, same };
  if (width === size) return [...parts, { ...own, role: 'code', size, flag: flag(last) }];
  const groups = Math.ceil(size / width);
  const parent = first + parts.length;
  return [
    ...parts,
    { ...own, role: 'group', size: groups, flag: flag(Math.floor(last / width)) },
    { ...own, role: 'place', size: width, parent, flag: flag(last % width) },
  ];
}

/** Variables that say the code of another one outright: then there is nothing to learn of it. */
export function deciders({ flag, same }: Part): number[] {
  return [...(flag === undefined ? [] : [flag.part]), ...(same === undefined ? [] : [same])];
}

/** The code of a variable from that of its column. Whether another column has the same number is not to be seen from it. */
export function partCode(
  { parts, widths }: Parts,
  part: number,
  { code, coder }: { code: number; coder: Coder },
): number {
  const { column, role } = parts[part]!;
  switch (role) {
    case 'flag':
      return Number(code === coder.missing);
    case 'same':
      return 0;
    case 'code':
      return code;
    case 'group':
      return Math.floor(code / widths[column]!);
    case 'place':
      return code % widths[column]!;
  }
}

/** What may be drawn of a column. */
export interface DrawnCodes {
  readonly coder: Coder;
  /** Whether missing may be. */
  readonly missing: boolean;
}

/** Whether each code of a variable may be drawn; of a place, group by group. Where a flag says what is missing, the others do not. */
export function drawnCodes(
  { parts, widths }: Parts,
  part: number,
  { coder, missing }: DrawnCodes,
): Uint8Array {
  const { column, size, parent, role, flag } = parts[part]!;
  if (role === 'flag') return Uint8Array.of(1, Number(missing));
  if (role === 'same') return new Uint8Array(size).fill(1);
  const withMissing = missing && flag === undefined;
  const drawn = (code: number): boolean =>
    code < coder.size && isDrawn(coder, code) && (withMissing || code !== coder.missing);
  if (role === 'code') return Uint8Array.from({ length: size }, (_, code) => Number(drawn(code)));
  const width = widths[column]!;
  if (parent !== undefined) {
    return Uint8Array.from({ length: parts[parent]!.size * width }, (_, code) => Number(drawn(code)));
  }
  return Uint8Array.from({ length: size }, (_, group) => {
    for (let place = 0; place < width; place++) if (drawn(group * width + place)) return 1;
    return 0;
  });
}
