import { createHash } from 'node:crypto';
import type { Rng } from '../../core/index.js';
import { canonicalJson, throwIfAborted } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import type { CodedRows, Coder, Layout } from '../mixed/index.js';
import { encodeRows, layoutOf, learnCoder } from '../mixed/index.js';
import { refuseCurator } from '../private.js';
import { splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { learnLabels } from './labels.js';
import { Learner } from './learner.js';
import type { TabddpmModel } from './model.js';
import { hasNetwork, shapeOf } from './model.js';
import type { CompiledTabddpm } from './options.js';
import { cosineSchedule } from './schedule.js';

/** A column of at most so many different numbers is a choice among them. */
const LEVELS = 20;

/** Learns a table. @throws DataError `DIVERGED`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitTabddpm(
  table: Table,
  options: CompiledTabddpm,
  context: FitContext,
): Promise<TabddpmModel> {
  refuseCurator(context, 'tabddpm');
  checkTable(table);
  throwIfAborted(context.signal);
  const { rareRows, spikeShare } = options;
  const coders = table.columns.map((column) =>
    learnCoder(column, { rareRows, spikeShare, levels: LEVELS, modes: 'quantiles' }),
  );
  const layout = layoutOf(coders);
  const rng = context.rng.split('tabddpm');
  const rows = encodeRows({ layout, coders }, table.columns, rng);
  const labels = learnLabels(rows, { schema: table.schema, coders, layout, rareRows });
  const model = { schema: table.schema, options, coders, labels };
  if (!hasNetwork(layout)) return { ...model, curve: [], parameters: new Float32Array(0) };
  return {
    ...model,
    ...(await train({ rows, coders, layout, labels: labels.columns, options, rng }, context)),
  };
}

interface Work {
  readonly rows: CodedRows;
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  /** Columns that are drawn first. */
  readonly labels: readonly number[];
  readonly options: CompiledTabddpm;
  readonly rng: Rng;
}

/** The validation part is looked at so many times at most. */
const PASSES = 100;
/** Looks without a better loss that end training. */
const STOP_AFTER = 15;

async function train(
  { rows, coders, layout, labels, options, rng }: Work,
  context: FitContext,
): Promise<Pick<TabddpmModel, 'curve' | 'parameters'>> {
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const steps = settleSteps(options, split.training.length);
  const passes = Math.min(PASSES, steps);
  const learner = await Learner.create({
    shape: shapeOf({ coders, options }),
    noise: {
      layout,
      alphaBar: cosineSchedule(options.noiseSteps),
      labels: Uint8Array.from(coders, (_, c) => Number(labels.includes(c))),
      givenShare: options.givenShare,
    },
    rows,
    split,
    start: logShares(rows, layout, split.training),
    stepsPerPass: Math.ceil(steps / passes),
    passes,
    options,
    rng,
    signal: context.signal,
  });
  try {
    return await trainInPasses(
      learner,
      {
        id: 'tabddpm',
        epochs: passes,
        learningRate: options.learningRate,
        plateau: { factor: 1, stopAfter: STOP_AFTER },
        fingerprint: fingerprintOf({ rows, layout, labels, options, rng }),
        unit: 'loss',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}

/** 250 passes over the rows, within bounds. */
function settleSteps({ steps, batchRows }: CompiledTabddpm, rows: number): number {
  const perEpoch = Math.max(1, Math.floor(rows / batchRows));
  return steps ?? Math.min(Math.max(250 * perEpoch, 1500), 12_000);
}

/** Zeros for the numbers, then log shares of the codes among the training rows, each counted half a row more. */
function logShares({ codes }: CodedRows, layout: Layout, training: Uint32Array): Float32Array {
  const { choices, starts, sizes, numbers, width } = layout;
  const out = new Float32Array(numbers.length + width);
  const counts = out.subarray(numbers.length).fill(0.5);
  for (const row of training) {
    for (const [k, start] of starts.entries()) counts[start + codes[row * choices.length + k]!]!++;
  }
  for (const [k, start] of starts.entries()) {
    const total = training.length + sizes[k]! / 2;
    for (let code = start; code < start + sizes[k]!; code++) counts[code] = Math.log(counts[code]! / total);
  }
  return out;
}

/** All that the result depends on. */
function fingerprintOf({ rows, layout, labels, options, rng }: Omit<Work, 'coders'>): string {
  return createHash('sha256')
    .update(canonicalJson({ sizes: [...layout.sizes], labels: [...labels], options, key: rng.key }))
    .update(rows.codes)
    .update(rows.numbers)
    .digest('hex');
}
