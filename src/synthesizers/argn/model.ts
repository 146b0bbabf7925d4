import type { PrivacyReceipt } from '../../privacy/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { EpochRecord } from '../training/index.js';
import type { Coder } from './coder.js';
import { drawnCodes, partsOf } from './parts.js';
import type { Parts } from './parts.js';
import type { ColumnReads, Layout } from './network.js';
import { layoutOf } from './network.js';
import type { CompiledArgn } from './options.js';

/** Everything that drawing needs, and how it was learned. */
export interface ArgnModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledArgn;
  readonly coders: readonly Coder[];
  /** Columns in the order in which they are drawn: labels last. */
  readonly order: readonly number[];
  /** Columns that the predictors of each column read; undefined: all others. */
  readonly reads?: readonly (readonly number[])[] | undefined;
  /** In nats a row. */
  readonly curve: readonly EpochRecord[];
  /** What was promised and spent, with a budget. */
  readonly receipt?: PrivacyReceipt | undefined;
  /** All parameters, in the order of {@link weightsOf}. */
  readonly parameters: Float32Array;
}

/** The parameters by their roles; views of the flat vector. */
export interface Weights {
  readonly parts: Parts;
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  /** [Σ sizes, width], and where each variable's rows start. */
  readonly table: Float32Array;
  readonly starts: readonly number[];
  /** Weights from a variable's embedding to another's hidden units. */
  between(other: number, part: number): Between | undefined;
  /** [units], and where each variable's units start. */
  readonly bias: Float32Array;
  readonly units: number;
  readonly unitStarts: readonly number[];
  readonly out: readonly {
    readonly weight: Float32Array;
    readonly bias: Float32Array;
    readonly places: Float32Array | undefined;
  }[];
  /** Codes that may be drawn, for each variable. */
  readonly drawn: readonly Uint8Array[];
}

/** Rows [width] of weights: row d begins at `start + d · stride`. */
export interface Between {
  readonly weight: Float32Array;
  readonly start: number;
  readonly stride: number;
}

/** For each number the sum of those before it. */
export const runningSums = (list: readonly number[]): number[] =>
  list.map((_, i) => list.slice(0, i).reduce((sum, n) => sum + n, 0));

/**
 * Cuts the flat vector in the order in which `network` declares its parameters.
 * @param missing whether missing values may be drawn; default: yes.
 */
export function weightsOf({ coders, options, reads, parameters }: ArgnModel, missing = true): Weights {
  const parts = partsOf(coders);
  const layout = layoutOf(parts, options.units, reads);
  const { sizes, width, hidden } = layout;
  const units = hidden.reduce((sum, h) => sum + h, 0);
  let at = 0;
  const take = (length: number): Float32Array => parameters.subarray(at, (at += length));
  const table = take(sizes.reduce((sum, size) => sum + size, 0) * width);
  const unitStarts = runningSums(hidden);
  const between =
    layout.reads === undefined
      ? wholeBlock(take(sizes.length * width * units), { width, units, unitStarts })
      : columnBlocks(layout, layout.reads, take);
  const bias = take(units);
  const out = parts.parts.map(({ size, parent }, v) => ({
    weight: take(hidden[v]! * size),
    bias: take(size),
    places: parent === undefined ? undefined : take(sizes[parent]! * size),
  }));
  const drawn = parts.parts.map(({ column }, v) => drawnCodes(parts, v, { coder: coders[column]!, missing }));
  return {
    parts,
    coders,
    layout,
    table,
    starts: runningSums(sizes),
    between,
    bias,
    units,
    unitStarts,
    out,
    drawn,
  };
}

const unitsOf = (hidden: readonly number[], parts: readonly number[]): number =>
  parts.reduce((sum, v) => sum + hidden[v]!, 0);

function wholeBlock(
  weight: Float32Array,
  { width, units, unitStarts }: { width: number; units: number; unitStarts: readonly number[] },
): Weights['between'] {
  return (other, part) => ({ weight, start: other * width * units + unitStarts[part]!, stride: units });
}

/** Two blocks of weights for each column: of the columns that it reads, and of its own variables. */
function columnBlocks(
  { width, hidden }: Layout,
  reads: readonly ColumnReads[],
  take: (length: number) => Float32Array,
): Weights['between'] {
  const columnOf = new Map(reads.flatMap(({ own }, c) => own.map((v) => [v, c])));
  const blocks = reads.map(({ own, read }) => {
    const stride = unitsOf(hidden, own);
    const others = take(read.length * width * stride);
    return { stride, others, within: take(own.length * width * stride) };
  });
  return (other, part) => {
    const c = columnOf.get(part)!;
    const { own, read } = reads[c]!;
    const { stride, others, within } = blocks[c]!;
    const unit = unitsOf(hidden, own.slice(0, own.indexOf(part)));
    const from = columnOf.get(other)!;
    const place = from === c ? own.indexOf(other) : read.indexOf(from);
    if (place < 0) return undefined;
    return { weight: from === c ? within : others, start: place * width * stride + unit, stride };
  };
}
