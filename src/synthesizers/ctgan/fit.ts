import { createHash } from 'node:crypto';
import type { Rng } from '../../core/index.js';
import { canonicalJson, throwIfAborted } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { checkTable } from '../check.js';
import type { CodedRows } from '../mixed/index.js';
import { checkVariety, encodeRows, layoutOf, learnCoder } from '../mixed/index.js';
import { packModel } from '../packed-model.js';
import { refuseCurator } from '../private.js';
import type { Split } from '../training/index.js';
import { splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { learnConditions } from './conditions.js';
import { Learner } from './learner.js';
import type { CtganModel } from './model.js';
import { hasNetwork, shapeOf } from './model.js';
import type { CompiledCtgan } from './options.js';
import { settleBatch } from './options.js';
import { sampleBlock } from './sample-block.js';

/** A column of at most so many different numbers is a choice among them. */
const LEVELS = 20;
/** Rows that are drawn to see whether the model has collapsed. */
const PROBE_ROWS = 2000;

/** Learns a table. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitCtgan(
  table: Table,
  options: CompiledCtgan,
  context: FitContext,
): Promise<CtganModel> {
  refuseCurator(context, 'ctgan');
  checkTable(table);
  throwIfAborted(context.signal);
  const { rareRows, spikeShare } = options;
  const coders = table.columns.map((column) =>
    learnCoder(column, { rareRows, spikeShare, levels: LEVELS, modes: 'mixture' }),
  );
  const layout = layoutOf(coders);
  const start = { schema: table.schema, options, coders };
  if (!hasNetwork(layout)) return { ...start, conditions: [], curve: [], parameters: new Float32Array(0) };
  const rng = context.rng.split('ctgan');
  const rows = encodeRows({ layout, coders }, table.columns, rng);
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const conditions = learnConditions(rows, layout, split.training);
  const described = { ...start, conditions };
  const model = { ...described, ...(await train(described, { rows, split, rng, context })) };
  const drawn = await sampleBlock({
    model: packModel(model),
    key: rng.split('probe').key,
    rows: PROBE_ROWS,
    given: new Map(),
  });
  checkVariety(rows, encodeRows({ layout, coders }, drawn, rng.split('probe')), layout);
  return model;
}

/** The curve has so many points at most. */
const PASSES = 100;

interface Work {
  readonly rows: CodedRows;
  readonly split: Split;
  readonly rng: Rng;
  readonly context: FitContext;
}

async function train(
  model: Pick<CtganModel, 'coders' | 'options' | 'conditions'>,
  { rows, split, rng, context }: Work,
): Promise<Pick<CtganModel, 'curve' | 'parameters'>> {
  const { options, conditions } = model;
  const batchRows = settleBatch(options, split.training.length);
  // as many steps as if no rows were set aside, like the authors' code
  const perEpoch = Math.max(1, Math.floor(rows.rows / batchRows));
  const passes = Math.min(PASSES, options.epochs);
  const shape = shapeOf(model);
  const learner = await Learner.create({
    shape,
    rows,
    split,
    conditions,
    batchRows,
    stepsPerPass: Math.ceil((options.epochs * perEpoch) / passes),
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
        id: 'ctgan',
        epochs: passes,
        learningRate: options.learningRate,
        // a critic's distance does not say how good the generator is
        plateau: 'none',
        fingerprint,
        unit: "critic's distance",
      },
      context,
    );
  } finally {
    await learner.close();
  }
}
