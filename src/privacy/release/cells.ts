/** Most decimals that are told apart; more are a computer's, not an instrument's. */
export const MOST_DECIMALS = 6;

/** What a cell looks like: each cell counts for exactly one pattern. */
export const patterns = [
  'missing',
  ...Array.from({ length: MOST_DECIMALS + 1 }, (_, k) => `decimals-${k}` as const),
  'long-number',
  'date',
  'text',
] as const;
export const patternPlace = {
  missing: 0,
  number: 1,
  long: MOST_DECIMALS + 2,
  date: MOST_DECIMALS + 3,
  text: MOST_DECIMALS + 4,
};

const LOWEST = -20;
const HIGHEST = 53;
/** Equal parts that the numbers from a power of two to the next are cut into. */
const PARTS = 4;
const octaves = HIGHEST - LOWEST;
const half = octaves * PARTS;
/** Bins of magnitude: negative numbers from far to near, zero (below 2⁻²⁰), positive ones from near to far. */
export const magnitudeBins = 2 * half + 1;
const zeroBin = half;

const decimalNumber = /^[+-]?(?:\d+(?:\.(\d*))?|\.(\d+))$/;
const isoDate = /^\d{4}-\d{2}-\d{2}(?:[ T]|$)/;

/** A number as it stands in a text, or undefined: no NaN, no infinity. */
export function numberOf(cell: string): number | undefined {
  if (!/^[+-]?(?:\d|\.\d)/.test(cell) || /^[+-]?0x/i.test(cell)) return undefined;
  const x = Number(cell);
  return Number.isFinite(x) ? x : undefined;
}

/** Place of a cell's pattern in {@link patterns}. NaN and infinities count as missing. */
export function patternOf(cell: string | null): number {
  if (cell === null || /^[+-]?(?:nan|inf(?:inity)?)$/i.test(cell)) return patternPlace.missing;
  const plain = decimalNumber.exec(cell);
  if (plain !== null) {
    const decimals = (plain[1] ?? plain[2] ?? '').length;
    return decimals <= MOST_DECIMALS ? patternPlace.number + decimals : patternPlace.long;
  }
  if (numberOf(cell) !== undefined) return patternPlace.long;
  return isoDate.test(cell) ? patternPlace.date : patternPlace.text;
}

/** Bin of a number's magnitude. */
export function magnitudeOf(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** LOWEST) return zeroBin;
  const octave = Math.min(Math.floor(Math.log2(size)), HIGHEST - 1);
  const part = Math.min(Math.floor((size / 2 ** octave - 1) * PARTS), PARTS - 1);
  const place = (octave - LOWEST) * PARTS + Math.max(0, part);
  return x > 0 ? zeroBin + 1 + place : zeroBin - 1 - place;
}

/** The numbers that a bin of magnitude holds: from `low` (inclusive) to `high`. */
export function magnitudeEdges(bin: number): { readonly low: number; readonly high: number } {
  if (bin === zeroBin) return { low: 0, high: 0 };
  const place = Math.abs(bin - zeroBin) - 1;
  const octave = LOWEST + Math.floor(place / PARTS);
  const near = 2 ** octave * (1 + (place % PARTS) / PARTS);
  const far = 2 ** octave * (1 + ((place % PARTS) + 1) / PARTS);
  return bin > zeroBin ? { low: near, high: far } : { low: -far, high: -near };
}

/** Powers of two, and zero: what the bins of magnitude are parts of. */
export const magnitudeGroups = 2 * octaves + 1;

/** The group of a bin, from the most negative to the most positive. */
export function groupOf(bin: number): number {
  if (bin === zeroBin) return octaves;
  const octave = Math.floor((Math.abs(bin - zeroBin) - 1) / PARTS);
  return bin > zeroBin ? octaves + 1 + octave : octaves - 1 - octave;
}

/** Counts of one column: how each part of them lies in the vector. A cell adds 1 to one pattern and, if it is a number, to one group and one bin. */
export const profileParts = {
  patterns: [0, patterns.length],
  groups: [patterns.length, patterns.length + magnitudeGroups],
  bins: [patterns.length + magnitudeGroups, patterns.length + magnitudeGroups + magnitudeBins],
} as const;
export const profileSize = profileParts.bins[1];
/** Square of the largest norm of a cell's contribution. */
export const profileNorm2 = 3;

/** Counts of one column's patterns and magnitudes, laid out as {@link profileParts}. */
export function profileOf(cells: readonly (string | null)[]): Float64Array {
  const profile = new Float64Array(profileSize);
  for (const cell of cells) {
    profile[patternOf(cell)]!++;
    const x = cell === null ? undefined : numberOf(cell);
    if (x === undefined) continue;
    const bin = magnitudeOf(x);
    profile[profileParts.groups[0] + groupOf(bin)]!++;
    profile[profileParts.bins[0] + bin]!++;
  }
  return profile;
}
