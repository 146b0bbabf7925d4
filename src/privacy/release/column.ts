import type { ColumnRole, ColumnSchema } from '../../table/index.js';
import { MOST_DECIMALS, patternPlace, patterns, profileParts } from './cells.js';
import type { NoisyRange } from './range.js';
import { noisyRange } from './range.js';

/** What noisy answers told of a column. */
export interface NoisyColumn {
  readonly name: string;
  readonly role: ColumnRole;
  /** Noisy counts of patterns and magnitudes. */
  readonly profile: Float64Array;
  readonly sigma: number;
  /** Keys told, with noisy counts. */
  readonly keys: ReadonlyMap<string, number>;
}

/** A column as it may be modelled, or why it may not. */
export type ReleasedColumn =
  | {
      readonly schema: ColumnSchema;
      /** Takes the place of cells outside the domain where nothing may be missing. */
      readonly fill: number | string;
    }
  | { readonly setAside: string };

const SIGNIFICANT = 4;
/** Of a numeric column's cells so large a share may be texts. */
const NUMERIC_SHARE = 0.9;
/** Told whole numbers that cover so much of a column show its range better than powers of two do. */
const COVERED_RANGE = 0.985;
/** A whole-number column whose told keys cover so much of it, and are as few, holds codes. */
const COVERED = 0.95;
const MOST_CODES = 20;
const identifierName = /(^|[_\s.])(id|nbr|key|uuid|mrn)$/i;

/** Judges a column by its noisy answers alone (post-processing). */
export function judgeColumn(column: NoisyColumn): ReleasedColumn {
  const { profile, sigma } = column;
  const counts = profile.subarray(0, patterns.length);
  const stands = (value: number, cells: number): boolean => value > SIGNIFICANT * sigma * Math.sqrt(cells);
  const sum = (from: number, to: number): number => {
    let total = 0;
    for (let i = from; i <= to; i++) total += counts[i]!;
    return total;
  };
  const numbers = sum(patternPlace.number, patternPlace.long);
  const present = numbers + counts[patternPlace.date]! + counts[patternPlace.text]!;
  if (!stands(present, patterns.length - 1)) return { setAside: 'too few values to tell anything at this ε' };
  if (counts[patternPlace.date]! > present / 2)
    return { setAside: 'it holds dates: set daysSince in a schema file' };
  const missing = stands(counts[patternPlace.missing]!, 1);
  return numbers >= NUMERIC_SHARE * present
    ? judgeNumbers(column, missing, { numbers, stands })
    : judgeTexts(column, missing, present);
}

function judgeTexts(
  { name, role, keys, sigma }: NoisyColumn,
  missing: boolean,
  present: number,
): ReleasedColumn {
  const byCount = [...keys].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const fill = byCount[0]?.[0];
  if (fill === undefined) return { setAside: 'no text of it is held by enough rows to be told at this ε' };
  const told = byCount.reduce((total, [, count]) => total + count, 0);
  const categories = sortCategories(byCount.map(([key]) => key));
  const rest = present - told > SIGNIFICANT * sigma * Math.sqrt(patterns.length);
  return {
    fill,
    schema: {
      name,
      role,
      kind: categories.length === 2 ? 'binary' : 'categorical',
      missing: missing || rest,
      categories,
      domain: 'released',
    },
  };
}

function judgeNumbers(
  column: NoisyColumn,
  missing: boolean,
  told: { readonly numbers: number; readonly stands: (value: number, cells: number) => boolean },
): ReleasedColumn {
  const { name, role, profile, sigma, keys } = column;
  const range = noisyRange(
    { groups: profile.subarray(...profileParts.groups), bins: profile.subarray(...profileParts.bins) },
    sigma,
  );
  if (range === undefined) return { setAside: 'too few values to tell a range at this ε' };
  const decimals = decimalsOf(profile, told.stands);
  const codes = [...keys].filter(([key]) => /^-?\d+$/.test(key));
  const share = codes.reduce((total, [, count]) => total + count, 0) / told.numbers;
  const isCode = codes.length === 2 || (role === 'label' && codes.length <= MOST_CODES);
  if (decimals === 0 && share >= COVERED && isCode) {
    const categories = codes.map(([key]) => key).sort((a, b) => Number(a) - Number(b));
    const fill = codes.reduce((most, next) => (next[1] > most[1] ? next : most))[0];
    const kind = categories.length === 2 ? 'binary' : 'categorical';
    return { fill, schema: { name, role, kind, missing, categories, domain: 'released' } };
  }
  if (decimals === 0 && identifierName.test(name) && range.high - range.low > 1000)
    return { setAside: 'its name and range are those of an identifier' };
  const fromCodes = decimals === 0 && share >= COVERED_RANGE;
  const { low, high } = fromCodes ? rangeOfCodes(codes) : onGrid(range, decimals);
  const scale = 10 ** (decimals ?? 0);
  const typical = decimals === undefined ? range.typical : Math.round(range.typical * scale) / scale;
  return {
    fill: Math.min(high, Math.max(low, typical)),
    schema: {
      name,
      role,
      kind: decimals === 0 && low >= 0 ? 'count' : 'continuous',
      missing,
      ...(decimals === undefined ? {} : { decimals }),
      // a column of one value needs a range, too
      bounds: low < high ? [low, high] : [low, low + 1 / scale],
      domain: 'released',
    },
  };
}

function rangeOfCodes(codes: readonly (readonly [string, number])[]): { low: number; high: number } {
  const values = codes.map(([key]) => Number(key));
  return { low: Math.min(...values), high: Math.max(...values) };
}

/** The range on a column's grid; the upper edge of a bin is not in it. */
function onGrid(range: NoisyRange, decimals: number | undefined): { low: number; high: number } {
  if (decimals === undefined) return range;
  const scale = 10 ** decimals;
  const low = Math.ceil(range.low * scale) / scale;
  const edge = Math.ceil(range.high * scale - 1) / scale;
  return { low, high: Math.max(edge, range.high <= 0 ? range.high : low) };
}

/** The fewest decimals beyond which no count stands out; undefined when numbers are longer than that. */
function decimalsOf(
  profile: Float64Array,
  stands: (value: number, cells: number) => boolean,
): number | undefined {
  if (stands(profile[patternPlace.long]!, 1)) return undefined;
  for (let k = MOST_DECIMALS; k > 0; k--) if (stands(profile[patternPlace.number + k]!, 1)) return k;
  return 0;
}

/** No before yes; otherwise by code unit. */
function sortCategories(categories: readonly string[]): string[] {
  const negative = new Set(['0', 'no', 'n', 'false', 'negative', 'absent', 'alive']);
  const rank = (c: string): number => (categories.length === 2 && negative.has(c.toLowerCase()) ? 0 : 1);
  return [...categories].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
