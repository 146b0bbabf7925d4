import { createHash } from 'node:crypto';
import type { Rng } from '../../core/index.js';
import { canonicalJson, throwIfAborted } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import type { CodedRows } from '../mixed/index.js';
import { checkVariety, encodeRows, layoutOf, learnCoder } from '../mixed/index.js';
import { packModel } from '../packed-model.js';
import { refuseCurator } from '../private.js';
import { Batches, splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { Learner } from './learner.js';
import type { TvaeModel } from './model.js';
import { hasNetwork, shapeOf } from './model.js';
import type { CompiledTvae } from './options.js';
import { sampleBlock } from './sample-block.js';

/** A column of at most so many different numbers is a choice among them. */
const LEVELS = 20;
/** Rows that are drawn to see whether the model has collapsed. */
const PROBE_ROWS = 2000;

/** Learns a table. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitTvae(table: Table, options: CompiledTvae, context: FitContext): Promise<TvaeModel> {
  refuseCurator(context, 'tvae');
  checkTable(table);
  throwIfAborted(context.signal);
  const { rareRows, spikeShare } = options;
  const coders = table.columns.map((column) =>
    learnCoder(column, { rareRows, spikeShare, levels: LEVELS, modes: 'mixture' }),
  );
  const layout = layoutOf(coders);
  const start = { schema: table.schema, options, coders };
  if (!hasNetwork(layout)) return { ...start, curve: [], parameters: new Float32Array(0) };
  const rng = context.rng.split('tvae');
  const rows = encodeRows({ layout, coders }, table.columns, rng);
  const model = { ...start, ...(await train(start, { rows, rng, context })) };
  const drawn = await sampleBlock({
    model: packModel(model),
    key: rng.split('probe').key,
    rows: PROBE_ROWS,
    given: new Map(),
  });
  checkVariety(rows, encodeRows({ layout, coders }, drawn, rng.split('probe')), layout);
  return model;
}

/** The validation part is looked at so many times at most. */
const PASSES = 100;
/** Looks without a better loss that end training: at first, latent rows may say nothing for a while. */
const STOP_AFTER = 30;

async function train(
  model: Pick<TvaeModel, 'coders' | 'options'>,
  { rows, rng, context }: { rows: CodedRows; rng: Rng; context: FitContext },
): Promise<Pick<TvaeModel, 'curve' | 'parameters'>> {
  const { options } = model;
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const batches = new Batches(split.training, options.batchRows, rng.split('batches'));
  const passes = Math.min(PASSES, options.epochs);
  const stepsPerPass = Math.ceil((options.epochs * batches.perEpoch) / passes);
  const shape = shapeOf(model);
  const learner = await Learner.create({
    shape,
    rows,
    split,
    stepsPerPass,
    batches,
    options,
    rng,
    signal: context.signal,
  });
  const fingerprint = createHash('sha256')
    .update(canonicalJson({ sizes: [...shape.layout.sizes], options, key: rng.key }))
    .update(rows.codes)
    .update(rows.numbers)
    .digest('hex');
  try {
    return await trainInPasses(
      learner,
      {
        id: 'tvae',
        epochs: passes,
        learningRate: options.learningRate,
        plateau: { factor: 1, stopAfter: STOP_AFTER },
        fingerprint,
        unit: 'loss',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}
