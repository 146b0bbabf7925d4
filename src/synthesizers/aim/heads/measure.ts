import type { Curator } from '../../../privacy/index.js';
import type { Block } from './basis.js';
import type { BasisRows } from './rows.js';
import { basisSums, offsets } from './rows.js';

/** Sums over real rows in some blocks: each row adds one number an output, the same to the intercept and to its cell in each block. */
export interface Contribution {
  readonly blocks: readonly Block[];
  /** Whether the intercept is among the sums. */
  readonly intercept: boolean;
  readonly outputs: number;
  /** Most that the Euclidean norm of one row's numbers can be; public. */
  readonly bound: number;
  /** Looks at the real rows; called by the curator only. */
  readonly look: () => Numbers;
}

/** Real rows, and for each output the number of each row. */
export interface Numbers {
  readonly rows: BasisRows;
  readonly values: readonly Float64Array[];
}

export interface MeasureRequest {
  readonly curator: Curator;
  readonly about: string;
  readonly rho: number;
  /** Measured together, in one answer. */
  readonly parts: readonly Contribution[];
}

/** For each part and output the noisy sums: intercept (if asked for; else 0), then cells. */
export interface Measured {
  readonly sums: readonly (readonly Float64Array[])[];
  /** Standard deviation of each entry. */
  readonly sigma: number;
}

/** Contributions are whole multiples of this. */
const QUANTUM = 2 ** -12;

/**
 * Noisy sums over real records. A row's contribution is a number v for each output in every block's cell, so its squared norm is at most
 * Σ over parts of bound² × (blocks + intercept); each v is rounded towards zero to quanta, which never makes it longer.
 */
export function measure({ curator, about, rho, parts }: MeasureRequest): Measured {
  const rowNorm = Math.sqrt(parts.reduce((sum, part) => sum + (part.bound / QUANTUM) ** 2 * width(part), 0));
  const { values, sigma } = curator.sums({
    purpose: 'training',
    about,
    rho,
    quantum: QUANTUM,
    rowNorm: rowNorm * (1 + 1e-9),
    sums: () => exactSums(parts),
  });
  let from = 0;
  const sums = parts.map((part) => {
    const length = offsets(part.blocks).at(-1)!;
    return Array.from({ length: part.outputs }, () => {
      const out = new Float64Array(length);
      const skip = part.intercept ? 0 : 1;
      out.set(values.subarray(from, from + length - skip), skip);
      from += length - skip;
      return out;
    });
  });
  return { sums, sigma };
}

/** How many sums one row's number enters. */
function width(part: Contribution): number {
  return part.blocks.length + (part.intercept ? 1 : 0);
}

/** All parts' sums in quanta, one after the other. */
function exactSums(parts: readonly Contribution[]): Float64Array {
  const pieces = parts.flatMap((part) => {
    const at = offsets(part.blocks);
    const { rows, values } = part.look();
    return values.map((numbers) => {
      const quanta = numbers.map((v) => Math.trunc(v / QUANTUM));
      return basisSums(rows, at, quanta).subarray(part.intercept ? 0 : 1);
    });
  });
  const out = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let from = 0;
  for (const piece of pieces) {
    out.set(piece, from);
    from += piece.length;
  }
  return out;
}
