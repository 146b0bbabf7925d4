import { sharedFloat64, sharedUint32 } from '../../table/index.js';

/**
 * What the leaves of a tree hold: for each a list of outcomes with weights, never a row's number. An outcome is a spike
 * (`low` = `high`: a category's code or a frequent number) or a cell between two numbers in which every value is equally likely.
 */
export interface Leaves {
  /** Outcomes of leaf `l`: from `start[l]` to before `start[l + 1]`. */
  readonly start: Uint32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Weight of the leaf's outcomes up to and with this one. */
  readonly cumulative: Float64Array;
}

/** The outcome of a leaf at a uniform number on [0, 1): a code, or a number that is not yet rounded. The leaf must have an outcome. */
export function outcomeAt(leaves: Leaves, leaf: number, uniform: number): number {
  const first = leaves.start[leaf]!;
  let high = leaves.start[leaf + 1]! - 1;
  const { cumulative } = leaves;
  const u = uniform * cumulative[high]!;
  let low = first;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  const from = leaves.low[low]!;
  const to = leaves.high[low]!;
  if (from === to) return from;
  const before = low === first ? 0 : cumulative[low - 1]!;
  return from + ((u - before) / (cumulative[low]! - before)) * (to - from);
}

/** Probability that a draw from a leaf lies above `from` and not above `to`. */
export function probabilityOf(leaves: Leaves, leaf: number, from: number, to: number): number {
  const first = leaves.start[leaf]!;
  const end = leaves.start[leaf + 1]!;
  if (first === end) return 0;
  let weight = 0;
  for (let k = first; k < end; k++) {
    const low = leaves.low[k]!;
    const high = leaves.high[k]!;
    const share = leaves.cumulative[k]! - (k === first ? 0 : leaves.cumulative[k - 1]!);
    if (low === high) weight += low > from && low <= to ? share : 0;
    else weight += (share * Math.max(0, Math.min(high, to) - Math.max(low, from))) / (high - low);
  }
  return weight / leaves.cumulative[end - 1]!;
}

const FIRST_ROOM = 1024;

/** Collects leaves one after the other. */
export class LeavesBuilder {
  readonly #start: number[] = [0];
  #low = new Float64Array(FIRST_ROOM);
  #high = new Float64Array(FIRST_ROOM);
  #cumulative = new Float64Array(FIRST_ROOM);
  #outcomes = 0;
  #weight = 0;

  add(low: number, high: number, weight: number): void {
    if (weight <= 0) return;
    this.#weight += weight;
    if (this.#outcomes === this.#low.length) this.#makeRoom();
    this.#low[this.#outcomes] = low;
    this.#high[this.#outcomes] = high;
    this.#cumulative[this.#outcomes++] = this.#weight;
  }

  /** Ends the present leaf. */
  close(): void {
    this.#start.push(this.#outcomes);
    this.#weight = 0;
  }

  build(): Leaves {
    const start = sharedUint32(this.#start.length);
    start.set(this.#start);
    return {
      start,
      low: shared(this.#low, this.#outcomes),
      high: shared(this.#high, this.#outcomes),
      cumulative: shared(this.#cumulative, this.#outcomes),
    };
  }

  #makeRoom(): void {
    this.#low = doubled(this.#low);
    this.#high = doubled(this.#high);
    this.#cumulative = doubled(this.#cumulative);
  }
}

function shared(values: Float64Array, length: number): Float64Array {
  const array = sharedFloat64(length);
  array.set(values.subarray(0, length));
  return array;
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}
