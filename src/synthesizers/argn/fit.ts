import { createHash } from 'node:crypto';
import { canonicalJson, DataError, throwIfAborted } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import type { PlateauState } from '../../tensor/index.js';
import { lookAtPlateau, startPlateau } from '../../tensor/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import type { FitContext } from '../types.js';
import type { Checkpoint } from './checkpoint.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { learnCoder } from './coder.js';
import type { CodedTable } from './coded-table.js';
import { codeRows, countsOf, drawingOrder, logShares, onSharedMemory } from './coded-table.js';
import { Learner } from './learner.js';
import type { ArgnModel, EpochRecord } from './model.js';
import { layoutOf } from './network.js';
import type { CompiledArgn } from './options.js';
import { settleSteps } from './options.js';
import type { Parts } from './parts.js';
import { partsOf } from './parts.js';

/** Learns a table without noise. @throws DataError `DIVERGED`, and those of `checkTable`. */
export async function fitArgn(table: Table, options: CompiledArgn, context: FitContext): Promise<ArgnModel> {
  checkTable(table);
  throwIfAborted(context.signal);
  const coders = table.columns.map((column) => learnCoder(column, options));
  const parts = partsOf(coders);
  const order = drawingOrder(table.schema);
  const model = { schema: table.schema, options, coders, order };
  if (parts.parts.length === 0) return { ...model, curve: [], parameters: new Float32Array(0) };
  const rows = codeRows(table, coders, parts);
  return { ...model, ...(await train({ rows, parts, order, options }, context)) };
}

interface Work {
  readonly rows: CodedTable;
  readonly parts: Parts;
  readonly order: readonly number[];
  readonly options: CompiledArgn;
}

/** Fewer rows cannot say when to stop: the training rows then do. */
const LEAST_VALIDATION = 10;

interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

function splitRows(rows: number, share: number, rng: Rng): Split {
  const shuffled = rng.permutation(rows);
  const held = Math.floor(rows * share);
  if (held < LEAST_VALIDATION) return { training: shuffled, validation: shuffled };
  return { training: shuffled.slice(held), validation: shuffled.slice(0, held) };
}

async function train(
  work: Work,
  context: FitContext,
): Promise<{ curve: readonly EpochRecord[]; parameters: Float32Array }> {
  const { rows, options } = work;
  const rng = context.rng.split('argn');
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const { batchRows, learningRate } = settleSteps(options, split.training.length);
  const learner = await Learner.create({
    parts: work.parts,
    layout: layoutOf(work.parts, options.units),
    shares: logShares(work.parts, countsOf(rows, work.parts, split.training)),
    codes: rows.codes,
    order: work.order,
    options,
    rng,
  });
  const fingerprint = fingerprintOf(work, rng);
  const task = context.progress.task('argn: train', options.epochs);
  try {
    let state = await startState(learner, { fingerprint, learningRate, folder: context.checkpoint });
    task.advance(state.epoch);
    while (state.epoch < options.epochs && !isOver(state)) {
      throwIfAborted(context.signal);
      const rate = state.plateau.rate;
      const training = await learner.epoch(split.training, {
        epoch: state.epoch,
        batchRows,
        rate,
        signal: context.signal,
      });
      const validation = await learner.evaluate(split.validation);
      checkLoss(training, validation, state.epoch);
      const look = lookAtPlateau(finite(state.plateau), validation);
      const { parameters, first, second, average, step } = learner.snapshot();
      const best = look.improved ? average : state.numbers.best;
      state = {
        fingerprint,
        epoch: state.epoch + 1,
        step,
        plateau: look.state,
        curve: [...state.curve, { training, validation, learningRate: rate }],
        numbers: { parameters, first, second, average, best },
      };
      if (context.checkpoint !== undefined) await writeCheckpoint(context.checkpoint, state);
      task.advance();
      task.note(`${validation.toFixed(3)} nats a row`);
    }
    return { curve: state.curve, parameters: onSharedMemory(state.numbers.best) };
  } finally {
    task.done();
    await learner.close();
  }
}

const STOP_AFTER = 4;
const isOver = ({ plateau }: Checkpoint): boolean => plateau.sinceBest >= STOP_AFTER;

/** JSON has no infinity: before the first look there is no best. */
const finite = (plateau: Checkpoint['plateau']): PlateauState => ({
  ...plateau,
  best: plateau.best ?? Infinity,
});

async function startState(
  learner: Learner,
  {
    fingerprint,
    learningRate,
    folder,
  }: { fingerprint: string; learningRate: number; folder: string | undefined },
): Promise<Checkpoint> {
  const kept = folder === undefined ? undefined : await readCheckpoint(folder, fingerprint);
  if (kept !== undefined) {
    learner.restore({ step: kept.step, ...kept.numbers });
    return kept;
  }
  const { parameters, first, second, average } = learner.snapshot();
  const plateau = { ...startPlateau(learningRate), best: null };
  return {
    fingerprint,
    epoch: 0,
    step: 0,
    plateau,
    curve: [],
    numbers: { parameters, first, second, average, best: average },
  };
}

/** @throws DataError `DIVERGED`. */
export function checkLoss(training: number, validation: number, epoch: number): void {
  if (Number.isFinite(training) && Number.isFinite(validation)) return;
  throw new DataError(
    'DIVERGED',
    `The network diverged in pass ${epoch + 1}: its loss is no longer a number.`,
    {
      expected: 'a loss that falls',
      fix: 'lower the learning rate, e.g. --set learningRate=0.0005',
    },
  );
}

/** All that the result depends on. */
function fingerprintOf({ rows, parts, order, options }: Work, rng: Rng): string {
  return createHash('sha256')
    .update(
      canonicalJson({
        parts: parts.parts.map(({ column, size }) => [column, size]),
        order: [...order],
        options,
        key: rng.key,
      }),
    )
    .update(rows.codes)
    .digest('hex');
}
