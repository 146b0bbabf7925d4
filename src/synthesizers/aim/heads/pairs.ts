import type { Curator } from '../../../privacy/index.js';
import type { Block, Coarse } from './basis.js';
import { coarsen, pairBlock } from './basis.js';
import { basisRows, basisSums, offsets } from './rows.js';
import type { HeadColumn } from './types.js';

export interface PairsRequest {
  readonly curator: Curator;
  readonly about: string;
  /** ρ of all choices together. */
  readonly rho: number;
  readonly count: number;
  readonly columns: readonly HeadColumn[];
  readonly drawn: readonly ArrayLike<number>[];
  /**
   * Looks at the real rows: their codes, and what the columns alone leave unexplained, y − p, one array an output. Called by the
   * curator only.
   */
  readonly look: () => {
    readonly codes: readonly ArrayLike<number>[];
    readonly residuals: readonly Float64Array[];
  };
  /** Most that the sum of a row's absolute residuals can be. */
  readonly bound: number;
  /** Variance p (1 − p) of each drawn row, in terms of real records, one array an output. */
  readonly variance: readonly Float64Array[];
}

/**
 * Chooses couples of columns that tell most of what single columns leave unexplained, one at a time by the exponential mechanism.
 * A couple's score is the sum over its cells of the absolute residual sums (as in AIM, one row changes it by no more than its own
 * absolute residuals) less what chance alone would make of it, √(2 / π) standard deviations a cell, taken from drawn rows.
 */
export function choosePairs(request: PairsRequest): Block[] {
  const { curator, columns, drawn, rho, bound } = request;
  const count = Math.min(request.count, (columns.length * (columns.length - 1)) / 2);
  const counts = columns.map((column, c) => {
    const out = new Float64Array(column.size);
    for (let i = 0; i < drawn[c]!.length; i++) out[drawn[c]![i]!]!++;
    return out;
  });
  const candidates = candidatesOf(columns.map((column, c) => coarsen(column, counts[c]!)));
  const chance = expected(request, candidates);
  let scores: Float64Array | undefined; // looked at inside the curator's call only
  let left = candidates.map((_, i) => i);
  const chosen: Block[] = [];
  for (let round = 0; round < count && left.length > 0; round++) {
    const among = left;
    const pick = curator.choose({
      purpose: 'selection',
      about: `${request.about}, couple ${round + 1} of ${count}`,
      rho: rho / count,
      rowSensitivity: bound,
      scores: () => {
        scores ??= observed(request, candidates).map((s, i) => s - chance[i]!);
        return Float64Array.from(among, (i) => scores![i]!);
      },
    });
    chosen.push(candidates[among[pick]!]!);
    left = among.filter((_, i) => i !== pick);
  }
  return chosen;
}

function candidatesOf(coarse: readonly Coarse[]): Block[] {
  const out: Block[] = [];
  for (let b = 1; b < coarse.length; b++) {
    for (let a = 0; a < b; a++) {
      if (coarse[a]!.levels > 1 && coarse[b]!.levels > 1)
        out.push(pairBlock([a, b], [coarse[a]!, coarse[b]!]));
    }
  }
  return out;
}

function observed({ look }: Pick<PairsRequest, 'look'>, candidates: readonly Block[]): Float64Array {
  const { codes, residuals } = look();
  return Float64Array.from(candidates, (block) => {
    const rows = basisRows([block], codes, codes[0]!.length);
    let score = 0;
    for (const residual of residuals) {
      for (const value of basisSums(rows, offsets([block]), residual).subarray(1)) score += Math.abs(value);
    }
    return score;
  });
}

function expected({ drawn, variance }: PairsRequest, candidates: readonly Block[]): Float64Array {
  return Float64Array.from(candidates, (block) => {
    const rows = basisRows([block], drawn, drawn[0]!.length);
    let score = 0;
    for (const values of variance) {
      for (const v of basisSums(rows, offsets([block]), values).subarray(1))
        score += Math.sqrt((2 / Math.PI) * v);
    }
    return score;
  });
}
