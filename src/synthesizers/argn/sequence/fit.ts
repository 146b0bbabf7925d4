import { createHash } from 'node:crypto';
import { canonicalJson, PrivacyError } from '../../../core/index.js';
import type { ColumnSchema } from '../../../table/index.js';
import { checkTable } from '../../check.js';
import { splitRows, trainInPasses } from '../../training/index.js';
import type { FitContext } from '../../types.js';
import { learnCoder } from '../coder.js';
import { codeRows, countsOf, drawingOrder, logShares } from '../coded-table.js';
import { fitArgn } from '../fit.js';
import type { ArgnModel } from '../model.js';
import type { LogShares } from '../network.js';
import { compileArgn, settleSteps } from '../options.js';
import type { Parts } from '../parts.js';
import type { SequenceSetup } from './learner.js';
import { SequenceLearner } from './learner.js';
import type { ArgnSequenceModel } from './model.js';
import { layoutOfModel } from './model.js';
import type { CompiledArgnSequence } from './options.js';
import { flatOptions } from './options.js';
import type { CodedSequences } from './pack.js';
import { piecesOf } from './pack.js';
import { recallAll } from './recall.js';
import type { Sequences } from './sequences.js';
import { checkSequences } from './sequences.js';

/**
 * Learns the context table by the flat form, and the histories given their contexts by a network with a memory.
 * @throws DataError `NO_SEQUENCES`, `DIVERGED`, and those of `checkTable`; PrivacyError `NOT_PRIVATE` with a curator.
 */
export async function fitSequences(
  data: Sequences,
  options: CompiledArgnSequence,
  context: FitContext,
): Promise<ArgnSequenceModel> {
  if (context.curator !== undefined) {
    throw new PrivacyError('NOT_PRIVATE', 'Histories cannot be learned with a budget yet.', {
      fix: 'leave the budget out, or learn a flat table of features of them',
    });
  }
  checkSequences(data);
  checkTable(data.steps);
  const contextModel: ArgnModel =
    data.context.columns.length === 0
      ? emptyContext(data)
      : await fitArgn(data.context, flatOptions(options), { ...context, rng: context.rng.split('context') });
  const coders = data.steps.columns.map((column) => learnCoder(column, options));
  const lengths = Array.from({ length: data.context.rows }, (_, i) => data.starts[i + 1]! - data.starts[i]!);
  const longest = Math.max(...lengths);
  const made = {
    context: contextModel,
    schema: data.steps.schema,
    options,
    coders,
    window: Math.min(options.window, longest + 1),
    longest: options.longest ?? longest,
  };
  return { ...made, ...(await train(data, made, lengths, context)) };
}

const emptyContext = ({ context }: Sequences): ArgnModel => ({
  schema: context.schema,
  options: compileArgn({}),
  coders: [],
  order: [],
  curve: [],
  parameters: new Float32Array(0),
});

type Made = Omit<ArgnSequenceModel, 'curve' | 'parameters'>;

async function train(
  data: Sequences,
  made: Made,
  lengths: readonly number[],
  context: FitContext,
): Promise<Pick<ArgnSequenceModel, 'curve' | 'parameters'>> {
  const { contextParts, stepParts, layout } = layoutOfModel(made);
  const { options, coders } = made;
  const rng = context.rng.split('argn sequences');
  const { starts } = data;
  const steps = codeRows(data.steps, coders, stepParts).codes;
  const coded: CodedSequences = {
    starts,
    context: codeRows(data.context, made.context.coders, contextParts).codes,
    steps,
    recalled: recallAll({ starts, steps }, stepParts, coders),
  };
  const split = splitRows(lengths.length, options.validation, rng.split('validation'));
  const pieces = (some: Uint32Array): ReturnType<typeof piecesOf> =>
    [...some].flatMap((sequence) => piecesOf(sequence, lengths[sequence]!, layout.window));
  const places = [...split.training].reduce((sum, sequence) => sum + lengths[sequence]! + 1, 0);
  const { batchRows, learningRate } = settleSteps(options, places);
  const { order, columns } = outputOrder(data.steps.schema, stepParts);
  const shares = sharesOf({ stepParts, coded, lengths, training: split.training });
  const setup: SequenceSetup = {
    layout,
    shares,
    coded,
    order,
    columns,
    pieces: { training: pieces(split.training), validation: pieces(split.validation) },
    batchPlaces: batchRows,
    options,
    rng,
    signal: context.signal,
  };
  const learner = await SequenceLearner.create(setup);
  try {
    return await trainInPasses(
      learner,
      {
        id: 'argn-sequences',
        epochs: options.epochs,
        learningRate,
        fingerprint: fingerprintOf(setup),
        unit: 'nats a step',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}

/** Outputs in the drawing order, the end first, and those of each column. */
export function outputOrder(
  schema: readonly ColumnSchema[],
  parts: Parts,
): { order: number[]; columns: number[][] } {
  const columns = drawingOrder(schema).map((c) => parts.ofColumn[c]!.map((part) => part + 1));
  return { order: [0, ...columns.flat()], columns };
}

/** Log shares of the ends and of the steps' codes in the training histories. */
function sharesOf({
  stepParts,
  coded,
  lengths,
  training,
}: {
  stepParts: Parts;
  coded: CodedSequences;
  lengths: readonly number[];
  training: Uint32Array;
}): LogShares {
  const rows = Uint32Array.from(
    [...training].flatMap((s) => Array.from({ length: lengths[s]! }, (_, k) => coded.starts[s]! + k)),
  );
  const counts = countsOf({ codes: coded.steps }, stepParts, rows);
  const [steps, ends] = [rows.length, training.length];
  const end = Float32Array.of(
    Math.log((steps + 0.5) / (steps + ends + 1)),
    Math.log((ends + 0.5) / (steps + ends + 1)),
  );
  return [end, ...logShares(stepParts, counts)];
}

function fingerprintOf({ layout, coded, options, order, rng }: SequenceSetup): string {
  const { window, inputs, context, hidden, memory } = layout;
  const sizes = layout.outputs.map(({ size, parent }) => [size, parent ?? -1]);
  return createHash('sha256')
    .update(canonicalJson({ window, inputs: [...inputs], context, hidden: [...hidden], memory, sizes }))
    .update(canonicalJson({ options, order: [...order], key: rng.key }))
    .update(coded.starts)
    .update(coded.context)
    .update(coded.steps)
    .digest('hex');
}
