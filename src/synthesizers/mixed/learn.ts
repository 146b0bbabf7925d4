import { createHash } from 'node:crypto';
import type { Rng } from '../../core/index.js';
import { canonicalJson, throwIfAborted } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import { refuseCurator } from '../private.js';
import type { FitContext } from '../types.js';
import type { Coder, CoderOptions } from './coder.js';
import { learnCoder } from './coder.js';
import type { Layout } from './layout.js';
import { layoutOf } from './layout.js';
import type { CodedRows } from './rows.js';
import { encodeRows } from './rows.js';

/** A column of at most so many different numbers is a choice among them. */
const LEVELS = 20;

export interface LearnRequest extends Omit<CoderOptions, 'levels'> {
  /** The synthesizer: names its stream. */
  readonly id: string;
}

/** A table as a network learns it. */
export interface Learned {
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  readonly rows: CodedRows;
  /** The fit's own stream. */
  readonly rng: Rng;
}

/**
 * Checks a table, learns how its columns are coded, and codes its rows.
 * @throws DataError, those of `checkTable`; PrivacyError `NOT_PRIVATE`; InterruptedError.
 */
export function learnTable(table: Table, request: LearnRequest, context: FitContext): Learned {
  const { id, ...options } = request;
  refuseCurator(context, id);
  checkTable(table);
  throwIfAborted(context.signal);
  const coders = table.columns.map((column) => learnCoder(column, { ...options, levels: LEVELS }));
  const layout = layoutOf(coders);
  const rng = context.rng.split(id);
  return { coders, layout, rows: encodeRows({ layout, coders }, table.columns, rng), rng };
}

/** All that a network's numbers depend on: its rows, its stream, and `more` (options). */
export function fingerprintOf({ layout, rows, rng }: Learned, more: object): string {
  return createHash('sha256')
    .update(canonicalJson({ sizes: [...layout.sizes], key: rng.key, ...more }))
    .update(rows.codes)
    .update(rows.numbers)
    .digest('hex');
}
