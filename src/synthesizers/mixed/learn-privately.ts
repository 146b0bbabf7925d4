import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { Table } from '../../table/index.js';
import { measureOneWay } from '../one-way.js';
import { requireCurator } from '../private.js';
import type { FitContext } from '../types.js';
import type { Coder } from './coder.js';
import { numberCode } from './coder.js';
import { LEVELS } from './learn.js';
import type { Layout } from './layout.js';
import { choiceCode, layoutOf } from './layout.js';
import type { PrivateFields } from './options.js';
import type { NoisyColumn, PrivateCoderOptions } from './private-coder.js';
import { noisyColumns, privateCoder } from './private-coder.js';
import type { CodedRows } from './rows.js';
import { encodeRows } from './rows.js';

/** A table as a network learns it under a budget. */
export interface PrivatelyLearned {
  /** The synthesizer. */
  readonly id: string;
  readonly curator: Curator;
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  readonly rows: CodedRows;
  /** For each row a group of 256, by what it holds: whatever a step draws for some rows and not for others goes by it. */
  readonly groups: Uint8Array;
  /** Noisy counts of each column's codes. */
  readonly counts: readonly Float64Array[];
  /** Noisy number of rows. */
  readonly total: number;
  /** Budget that is left for training. */
  readonly rho: number;
  readonly rng: Rng;
}

export interface PrivateLearnRequest
  extends
    Pick<PrivateFields, 'oneWayShare' | 'rareSigmas'>,
    Pick<PrivateCoderOptions, 'modes' | 'spikeShare'> {
  /** The synthesizer: names its stream. */
  readonly id: string;
}

/** What is left of the budget is spent up to this; rounding must not ask for more than there is. */
const SPENDABLE = 1 - 1e-9;
/** Cells that bins are made of are enough for numbers; bins themselves are not used. */
const MOST_BINS = 64;

/**
 * Learns codes from noisy one-way counts, and codes the rows, each by itself alone.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`.
 */
export function learnPrivately(
  table: Table,
  request: PrivateLearnRequest,
  context: FitContext,
): PrivatelyLearned {
  const { id, oneWayShare, ...options } = request;
  const curator = requireCurator(table, context, id);
  throwIfAborted(context.signal);
  const budget = SPENDABLE * curator.left;
  curator.declare({
    purpose: 'domain',
    about: `declared or released domain of ${table.columns.length} columns`,
  });
  const oneWay = measureOneWay({
    table,
    curator,
    rho: oneWayShare * budget,
    rareSigmas: options.rareSigmas,
    maxBins: MOST_BINS,
  });
  const noisy = noisyColumns(oneWay);
  const coders = noisy.map((column) => privateCoder(column, { ...options, levels: LEVELS }));
  const layout = layoutOf(coders);
  const rows = encodeRows({ layout, coders }, table.columns, undefined);
  return {
    id,
    curator,
    coders,
    layout,
    rows,
    groups: groupsOf(rows, layout),
    counts: noisy.map((column, c) => codeCounts(column, coders[c]!)),
    total: oneWay.total,
    rho: budget * (1 - oneWayShare),
    rng: context.rng.split(id),
  };
}

/** Noisy counts of a column's codes. */
function codeCounts({ coder: { grid }, cells, missing }: NoisyColumn, coder: Coder): Float64Array {
  const counts = new Float64Array(coder.size);
  const middle = (cell: number): number => (grid.cuts![cell]! + grid.cuts![cell + 1]!) / 2;
  for (let cell = 0; cell < cells.length; cell++) {
    if (coder.kind === 'categories') counts[coder.codeOf[cell]!]! += cells[cell]!;
    else counts[numberCode(coder, middle(cell), undefined)]! += cells[cell]!;
  }
  if (coder.missing !== null) counts[coder.missing]! += missing;
  return counts;
}

/** Log shares of all choices side by side, each code counted half a row more: biases to start from. */
export function privateLogShares({
  layout,
  counts,
}: Pick<PrivatelyLearned, 'layout' | 'counts'>): Float32Array {
  const shares = new Float32Array(layout.width).fill(0.5);
  for (const [k, { column, size }] of layout.choices.entries()) {
    const own = shares.subarray(layout.starts[k], layout.starts[k]! + size);
    for (const [code, count] of counts[column]!.entries()) own[choiceCode(layout, k, code)]! += count;
    const total = own.reduce((sum, n) => sum + n, 0);
    for (let code = 0; code < size; code++) own[code] = Math.log(own[code]! / total);
  }
  return shares;
}

/** FNV-1a over the bytes of a row's codes and numbers. */
function groupsOf({ rows, codes, numbers }: CodedRows, { choices, numbers: some }: Layout): Uint8Array {
  const bits = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  return Uint8Array.from({ length: rows }, (_, row) => {
    let hash = 0x811c9dc5;
    const add = (word: number): void => {
      for (let shift = 0; shift < 32; shift += 8)
        hash = Math.imul(hash ^ ((word >>> shift) & 255), 0x01000193);
    };
    for (let k = 0; k < choices.length; k++) add(codes[row * choices.length + k]!);
    for (let k = 0; k < some.length; k++) add(bits[row * some.length + k]!);
    return (hash ^ (hash >>> 16)) & 255;
  });
}
