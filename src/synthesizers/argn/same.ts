import type { Column, NumericColumn, Table } from '../../table/index.js';
import { intoBounds } from '../bounds.js';
import type { Coder } from './coder.js';
import { encode, sourcesOf } from './coder.js';
import type { CodedRows } from './draw.js';
import type { Weights } from './model.js';
import { partCode } from './parts.js';

/** A column has so many sources at most. */
const MOST_SOURCES = 4;
/** Share of a column's numbers that a source must repeat beyond what two independent columns would. */
const LEAST_EXCESS = 0.05;
/** Rows that are looked at. */
const MOST_ROWS = 20_000;
const LEAST_ROWS = 100;

/**
 * Columns whose numbers others repeat exactly, such as first, last and least value of somebody measured once: codes of bins would lose that. For each
 * column those drawn before it which do so more often than chance, the one that does most often first.
 */
export function findSources(table: Table, coders: readonly Coder[], order: readonly number[]): Coder[] {
  const every = Math.max(1, table.rows / MOST_ROWS);
  const rows = Array.from({ length: Math.floor(table.rows / every) }, (_, i) => Math.floor(i * every));
  const seen: { column: number; numbers: Numbers }[] = [];
  const out = [...coders];
  for (const c of order) {
    const column = table.columns[c]!;
    const coder = coders[c]!;
    if (column.type !== 'numeric' || coder.kind !== 'numbers' || coder.borders.length < 2) continue;
    const numbers = numbersOf(column, rows);
    out[c] = { ...coder, sources: chooseSources(numbers, seen) };
    seen.push({ column: c, numbers });
  }
  return out;
}

interface Numbers {
  /** NaN where missing, which equals nothing. */
  readonly values: Float64Array;
  readonly counts: ReadonlyMap<number, number>;
  readonly present: number;
}

function numbersOf(column: NumericColumn, rows: readonly number[]): Numbers {
  const values = Float64Array.from(rows, (row) => (column.valid[row] === 1 ? column.values[row]! : NaN));
  const counts = new Map<number, number>();
  let present = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    counts.set(x, (counts.get(x) ?? 0) + 1);
    present++;
  }
  return { values, counts, present };
}

function chooseSources(own: Numbers, seen: readonly { column: number; numbers: Numbers }[]): number[] {
  if (own.present < LEAST_ROWS) return [];
  const open = Uint8Array.from(own.values, (x) => Number(!Number.isNaN(x)));
  let left = seen.filter(
    ({ numbers }) => equalRows(own, numbers, open) - byChance(own, numbers) >= LEAST_EXCESS * own.present,
  );
  const chosen: number[] = [];
  while (left.length > 0 && chosen.length < MOST_SOURCES) {
    const found = left.map(({ numbers }) => equalRows(own, numbers, open));
    const best = found.indexOf(Math.max(...found));
    if (found[best]! < LEAST_EXCESS * own.present) break;
    const { column, numbers } = left[best]!;
    chosen.push(column);
    for (let i = 0; i < open.length; i++) if (own.values[i] === numbers.values[i]) open[i] = 0;
    left = left.filter((_, i) => i !== best);
  }
  return chosen;
}

function equalRows(a: Numbers, b: Numbers, open: Uint8Array): number {
  let equal = 0;
  for (let i = 0; i < open.length; i++) if (open[i] === 1 && a.values[i] === b.values[i]) equal++;
  return equal;
}

/** Rows in which independent columns would agree. */
function byChance(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (const [x, count] of a.counts) sum += (count * (b.counts.get(x) ?? 0)) / Math.max(1, b.present);
  return sum;
}

/** For each row which source has the column's number (1, 2, …), or 0. */
export function sameCodes(
  coder: Coder,
  column: Column,
  columnOf: (c: number) => Column | undefined,
): Uint32Array {
  const out = new Uint32Array(column.valid.length);
  if (column.type !== 'numeric') return out;
  const sources = sourcesOf(coder).map(columnOf);
  for (let row = 0; row < out.length; row++) {
    if (column.valid[row] !== 1) continue;
    const is = (source: Column | undefined): boolean =>
      source?.type === 'numeric' && source.valid[row] === 1 && source.values[row] === column.values[row];
    out[row] = sources.findIndex(is) + 1;
  }
  return out;
}

/** Makes known to the predictors which source a column's known cells repeat. */
export function putSame(
  weights: Weights,
  state: CodedRows,
  {
    column: c,
    codes,
    at,
  }: { readonly column: number; readonly codes: Uint32Array; readonly at: (row: number) => boolean },
): void {
  const same = sameOf(weights, c);
  if (same === undefined) return;
  for (let row = 0; row < state.rows; row++) {
    if (!at(row)) continue;
    state.codes[same]![row] = codes[row]!;
    state.known[same]![row] = 1;
  }
}

/** The variable that says whether a column repeats another. */
function sameOf({ parts: { parts, ofColumn } }: Pick<Weights, 'parts'>, column: number): number | undefined {
  return ofColumn[column]!.find((part) => parts[part]!.role === 'same');
}

/**
 * Takes the numbers of sources into a column, in the rows where it was drawn that it repeats them; where the source is missing, it repeats nothing.
 * Makes the column's codes known there.
 */
export function repeatCodes(
  weights: Weights,
  state: CodedRows,
  column: number,
  columnOf: (c: number) => Column | undefined,
): void {
  const { parts, ofColumn } = weights.parts;
  const same = sameOf(weights, column);
  if (same === undefined) return;
  const coder = weights.coders[column]!;
  const own = ofColumn[column]!.filter((part) => parts[part]!.same !== undefined);
  for (const [k, c] of sourcesOf(coder).entries()) {
    const source = columnOf(c);
    const codes = source === undefined ? undefined : encode(coder, source);
    for (let row = 0; row < state.rows; row++) {
      if (state.codes[same]![row] !== k + 1 || state.known[own[0]!]![row] === 1) continue;
      if (source?.valid[row] !== 1) {
        state.codes[same]![row] = 0;
        continue;
      }
      for (const part of own) {
        state.codes[part]![row] = partCode(weights.parts, part, { code: codes![row]!, coder });
        state.known[part]![row] = 1;
      }
    }
  }
}

/** The numbers of sources, in the rows that repeat them. */
export function repeatNumbers(
  weights: Weights,
  state: CodedRows,
  drawn: { readonly column: number; readonly values: Column },
  columnOf: (c: number) => Column | undefined,
): void {
  const { column, values } = drawn;
  const coder = weights.coders[column]!;
  const same = sameOf(weights, column);
  if (same === undefined || coder.kind !== 'numbers' || values.type !== 'numeric') return;
  for (let row = 0; row < state.rows; row++) {
    const k = state.codes[same]![row]!;
    const source = k === 0 ? undefined : columnOf(coder.sources[k - 1]!);
    if (source?.type !== 'numeric' || source.valid[row] !== 1 || values.valid[row] !== 1) continue;
    const x = source.values[row]!;
    values.values[row] = coder.bounds === null ? x : intoBounds(coder.bounds, x);
  }
}
