import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { Table } from '../../table/index.js';
import { cellCoder } from '../cells.js';
import type { OneWay } from '../one-way.js';
import { measureOneWay } from '../one-way.js';
import { requireCurator } from '../private.js';
import type { FitContext } from '../types.js';
import type { Classes } from './classes.js';
import { classesOf, measureClasses } from './classes.js';
import type { Coder } from './coder.js';
import type { Layout } from './layout.js';
import { choiceCode, layoutOf } from './layout.js';
import type { PrivateFields } from './options.js';
import type { CodedRows } from './rows.js';
import { encodeRows } from './rows.js';

/** A table as a network learns it under a budget. */
export interface PrivatelyLearned {
  /** The synthesizer. */
  readonly id: string;
  readonly curator: Curator;
  readonly coders: readonly Coder[];
  /** Choices alone: numbers are codes of their bins. */
  readonly layout: Layout;
  readonly rows: CodedRows;
  readonly classes: Classes;
  /** The class of each row. */
  readonly classOf: Int32Array;
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

export interface PrivateLearnRequest extends Pick<
  PrivateFields,
  'oneWayShare' | 'classShare' | 'rareSigmas' | 'maxBins'
> {
  /** The synthesizer: names its stream. */
  readonly id: string;
}

/** What is left of the budget is spent up to this; rounding must not ask for more than there is. */
const SPENDABLE = 1 - 1e-9;

/**
 * Learns codes from noisy one-way counts and shares of the codes in each class from noisy tables, and codes the rows, each by itself alone.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`.
 */
export function learnPrivately(
  table: Table,
  { id, oneWayShare, classShare, rareSigmas, maxBins }: PrivateLearnRequest,
  context: FitContext,
): PrivatelyLearned {
  const curator = requireCurator(table, context, id);
  throwIfAborted(context.signal);
  const budget = SPENDABLE * curator.left;
  curator.declare({
    purpose: 'domain',
    about: `declared or released domain of ${table.columns.length} columns`,
  });
  const oneWay = measureOneWay({ table, curator, rho: oneWayShare * budget, rareSigmas, maxBins });
  const coders = oneWay.coders.map(cellCoder);
  const layout = layoutOf(coders);
  const rows = encodeRows({ layout, coders }, table.columns, undefined);
  const { total } = oneWay;
  const classes = measureClasses({
    ...{ schema: table.schema, layout, rows, total, curator },
    shares: sharesOf(oneWay, layout, rareSigmas),
    rho: classShare * budget,
  });
  // by the schema alone: what noisy answers say must not choose a cost, so a share that turns out useless is left unspent
  const reserved = table.schema.some(({ role }) => role === 'label') ? classShare : 0;
  return {
    ...{ id, curator, coders, layout, rows, classes, total },
    classOf: classesOf(classes, layout, rows),
    groups: groupsOf(rows, layout),
    counts: oneWay.tables.map(({ values }) => values),
    rho: budget * (1 - oneWayShare - reserved),
    rng: context.rng.split(id),
  };
}

/**
 * Noisy shares of the codes of all choices side by side, each code counted half a row more. What may be noise alone, as a category that no row has, counts nothing where other codes
 * are more.
 */
function sharesOf({ tables }: OneWay, layout: Layout, rareSigmas: number): Float64Array {
  const shares = new Float64Array(layout.width);
  for (const [k, { column, size }] of layout.choices.entries()) {
    const own = shares.subarray(layout.starts[k], layout.starts[k]! + size);
    const { values, weights } = tables[column]!;
    const rows = values.map((count, code) =>
      count * Math.sqrt(weights[code]!) < rareSigmas ? 0 : count + 0.5,
    );
    const some = rows.some((n) => n > 0);
    for (const [code, n] of rows.entries()) own[choiceCode(layout, k, code)]! += some ? n : 1;
    const all = own.reduce((sum, n) => sum + n, 0);
    for (let code = 0; code < size; code++) own[code]! /= all;
  }
  return shares;
}

/** FNV-1a over the bytes of a row's codes. */
function groupsOf({ rows, codes }: CodedRows, { choices }: Layout): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => {
    let hash = 0x811c9dc5;
    for (let k = 0; k < choices.length; k++) {
      const word = codes[row * choices.length + k]!;
      for (let shift = 0; shift < 32; shift += 8)
        hash = Math.imul(hash ^ ((word >>> shift) & 255), 0x01000193);
    }
    return (hash ^ (hash >>> 16)) & 255;
  });
}
