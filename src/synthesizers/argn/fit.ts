import { createHash } from 'node:crypto';
import { canonicalJson, throwIfAborted } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import { expectedOf } from '../collapse.js';
import type { Trained } from '../training/index.js';
import { splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import type { Coder } from './coder.js';
import { learnCoder } from './coder.js';
import type { CodedTable } from './coded-table.js';
import { codeRows, countsOf, drawingOrder, logShares } from './coded-table.js';
import { Learner } from './learner.js';
import type { ArgnModel } from './model.js';
import { layoutOf } from './network.js';
import type { CompiledArgn } from './options.js';
import { settleSteps } from './options.js';
import type { Parts } from './parts.js';
import { partsOf } from './parts.js';
import { chooseReads } from './reads.js';
import { refuseCollapse } from './refuse.js';
import { findSources } from './same.js';

/** Learns a table without noise. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`, and those of `checkTable`. */
export async function fitArgn(table: Table, options: CompiledArgn, context: FitContext): Promise<ArgnModel> {
  checkTable(table);
  throwIfAborted(context.signal);
  const order = drawingOrder(table.schema);
  const coders = findSources(
    table,
    table.columns.map((column) => coarsely(learnCoder(column, options))),
    order,
  );
  const parts = partsOf(coders);
  const reads = chooseReads(table, coders);
  const model = { schema: table.schema, options, coders, order, ...(reads && { reads }) };
  if (parts.parts.length === 0) return { ...model, curve: [], parameters: new Float32Array(0) };
  const rows = codeRows(table, coders, parts);
  const fitted = { ...model, ...(await train({ rows, parts, order, reads, options }, context)) };
  await refuseCollapse(fitted, expectedOf(table.columns), context.rng.split('argn'));
  return fitted;
}

const coarsely = (coder: Coder): Coder => (coder.kind === 'numbers' ? { ...coder, coarse: true } : coder);

interface Work {
  readonly rows: CodedTable;
  readonly parts: Parts;
  readonly order: readonly number[];
  readonly reads: readonly (readonly number[])[] | undefined;
  readonly options: CompiledArgn;
}

async function train(work: Work, context: FitContext): Promise<Trained> {
  const { rows, options } = work;
  const rng = context.rng.split('argn');
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const { batchRows, learningRate } = settleSteps(options, split.training.length);
  const learner = await Learner.create({
    parts: work.parts,
    layout: layoutOf(work.parts, options.units, work.reads),
    shares: logShares(work.parts, countsOf(rows, work.parts, split.training, true)),
    codes: rows.codes,
    order: work.order,
    split,
    batchRows,
    options,
    rng,
    signal: context.signal,
  });
  try {
    return await trainInPasses(
      learner,
      {
        id: 'argn',
        epochs: options.epochs,
        learningRate,
        fingerprint: fingerprintOf(work, rng),
        unit: 'nats a row',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}

/** All that the result depends on. */
function fingerprintOf({ rows, parts, order, reads, options }: Work, rng: Rng): string {
  return createHash('sha256')
    .update(
      canonicalJson({
        parts: parts.parts.map(({ column, size }) => [column, size]),
        order: [...order],
        reads: reads?.map((columns) => [...columns]) ?? null,
        options,
        key: rng.key,
      }),
    )
    .update(rows.codes)
    .digest('hex');
}
