import type { Column, NumericColumn } from '../../table/index.js';

/**
 * What a tree explains: each row as a point in `width` dimensions; a split is good when it separates the points.
 * A class is a unit vector, so that the criterion is Gini's; two classes need one dimension.
 */
export interface Target {
  readonly width: number;
  /** One class a row, or row-major points. */
  readonly points:
    | { readonly type: 'classes'; readonly classes: Uint8Array }
    | { readonly type: 'scores'; readonly scores: Float64Array };
}

/** The most classes that a split tells apart; the rarest categories beyond share one. */
const MOST_CLASSES = 32;

/** Whether the column is missing, for all rows. */
export function missingTarget(column: Column): Target {
  const { valid } = column;
  const classes = new Uint8Array(valid.length);
  for (let row = 0; row < valid.length; row++) classes[row] = 1 - valid[row]!;
  return { width: 1, points: { type: 'classes', classes } };
}

/** The present values of a column; rows where it is missing hold nothing of meaning. */
export function valueTarget(column: Column): Target {
  if (column.type === 'numeric') return { width: 2, points: { type: 'scores', scores: rankScores(column) } };
  const { codes, valid, schema } = column;
  if (schema.kind === 'ordinal' && schema.categories.length > 2) {
    return { width: 2, points: { type: 'scores', scores: rankScores({ values: codes, valid }) } };
  }
  const counts = new Uint32Array(schema.categories.length);
  for (let i = 0; i < codes.length; i++) if (valid[i] === 1) counts[codes[i]!]!++;
  const byCount = [...counts.keys()]
    .filter((c) => counts[c]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const classOf = new Uint8Array(counts.length).fill(MOST_CLASSES - 1);
  for (const [rank, code] of byCount.entries()) classOf[code] = Math.min(rank, MOST_CLASSES - 1);
  const classes = Math.min(byCount.length, MOST_CLASSES);
  return {
    width: classes <= 2 ? 1 : classes,
    points: { type: 'classes', classes: lookUp(classOf, codes) },
  };
}

function lookUp(classOf: Uint8Array, codes: Uint32Array): Uint8Array {
  const classes = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) classes[row] = classOf[codes[row]!]!;
  return classes;
}

/**
 * Level and spread of a number as two scores of its rank u on (−1, 1): the Legendre polynomials √3·u and √5·(3u² − 1)/2,
 * which have variance 1 and no correlation. Ranks make splits blind to the scale; the second score lets a
 * split find a change of spread where the mean stays.
 */
function rankScores(
  column: Pick<NumericColumn, 'valid'> & { readonly values: ArrayLike<number> },
): Float64Array {
  const { values, valid } = column;
  const rows = new Uint32Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) if (valid[i] === 1) rows[n++] = i;
  const present = rows.subarray(0, n);
  const own = new Float64Array(n);
  for (let k = 0; k < n; k++) own[k] = values[present[k]!]!;
  const ranks = ranksOf(own);
  const scores = new Float64Array(values.length * 2);
  for (let k = 0; k < n; k++) {
    const row = present[k]!;
    const u = (2 * ranks[k]! - 1) / present.length - 1;
    scores[row * 2] = Math.sqrt(3) * u;
    scores[row * 2 + 1] = SPREAD_WEIGHT * Math.sqrt(5) * 0.5 * (3 * u * u - 1);
  }
  return scores;
}

/** Weight of spread beside level. */
const SPREAD_WEIGHT = 0.5;

/** Ranks 1 … n; equal values share the mean of their ranks. */
function ranksOf(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return values.map((value) => {
    const below = firstAt(sorted, value, false);
    const upTo = firstAt(sorted, value, true);
    return (below + upTo + 1) / 2;
  });
}

/** The first place in ascending numbers that holds at least `value`, or more than it. */
function firstAt(sorted: Float64Array, value: number, more: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle]!;
    if (more ? at <= value : at < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
