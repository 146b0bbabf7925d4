import type { Rng } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { Graph, Parameters, Session, Trainer, uniformNoise, value } from '../../tensor/index.js';
import type { Value } from '../../tensor/index.js';
import type { ClassShape, PrivatelyLearned } from '../mixed/index.js';
import {
  calibrateClasses,
  drawClasses,
  drawShare,
  hasNetwork,
  hotRows,
  learnPrivately,
  noLabels,
  refuseCollapsePrivately,
  trainLearned,
} from '../mixed/index.js';
import type { FitContext } from '../types.js';
import { generatorLoss, penaltyGradient, realLosses } from './class-network.js';
import { ADAM } from './learner.js';
import type { CtganModel } from './model.js';
import { classShapeOf } from './model.js';
import type { CompiledCtgan } from './options.js';
import { privateDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';

/**
 * Learns a table under the curator's promise. Codes and each class's shares come from noisy counts, and the generator starts from them. The critic is private: the real rows' part of its
 * gradient is clipped row by row and noised; made rows, clipped as well, and the gradient penalty between them and rows drawn from their class's shares, need no record. The generator sees
 * the critic alone, and is calibrated to the shares at the end (post-processing). Packs of one row, whose condition is its class.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`, `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`.
 */
export async function fitPrivately(
  table: Table,
  given: CompiledCtgan,
  context: FitContext,
): Promise<CtganModel> {
  // kept with their defaults, so that a saved model has the widths that it was learned with
  const options = {
    ...given,
    pac: 1,
    units: given.units ?? privateDefaults.units,
    latent: given.latent ?? privateDefaults.latent,
    learningRate: given.learningRate ?? privateDefaults.learningRate,
  };
  const learned = learnPrivately(table, { ...options, id: 'ctgan' }, context);
  const { curator, coders, layout, classes, rng } = learned;
  const start = { schema: table.schema, options, coders, conditions: [], labels: noLabels };
  const model = { ...start, classes, curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const shape = classShapeOf(model, classes);
  const parameters = await train(learned, { shape, options, context });
  await calibrateClasses(parameters, shape, rng.split('calibrate'));
  const fitted = { ...model, parameters, receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}

/** Share of the steps that the kept generator is averaged over. */
const AVERAGED_SHARE = 0.5;

interface Setup {
  readonly shape: ClassShape;
  readonly options: CompiledCtgan & { readonly learningRate: number };
  readonly context: FitContext;
}

async function train(learned: PrivatelyLearned, { shape, options, context }: Setup): Promise<Float32Array> {
  const { layout, classes } = shape;
  const { classOf, rows, rng } = learned;
  const { provider, threads, batchRows, generatorShare, privateSteps } = options;
  const run = { provider, threads };
  const generator = await Trainer.create(
    (graph, parameters) => ({ loss: generatorLoss(graph, parameters, shape) }),
    { ...run, adam: ADAM, name: 'generator' },
  );
  generator.start(rng.split('start', 'generator'));
  const penalty = await penaltySession(shape, run);
  const kept = new Float32Array(new SharedArrayBuffer(4 * generator.snapshot().parameters.length));
  const averaged = Math.ceil(AVERAGED_SHARE * privateSteps);
  const { width } = layout;
  const madeFeeds = (own: Int32Array, chance: Rng): Record<string, Value> => {
    const n = own.length;
    const latent = Float32Array.from({ length: n * shape.latent }, () => chance.normal());
    return {
      latent: value(latent, [n, shape.latent]),
      uniform: value(uniformNoise(chance, new Float32Array(n * width)), [n, width]),
      class: value(own),
    };
  };
  const someClasses = (chance: Rng): Int32Array =>
    drawClasses(classes, layout, { rows: batchRows, given: new Map(), rng: chance });
  try {
    await trainLearned(
      {
        losses: (graph, parameters) => realLosses(graph, parameters, shape),
        step: () => (places, length) => ({
          hot: value(hotRows(rows, places, { layout, length }), [length, width]),
          class: value(pick(classOf, places, { width: 1, length })),
        }),
        free: async (critic, chance, clipped) => {
          const own = someClasses(chance);
          const { made, gradient } = await penalty.run({
            ...madeFeeds(own, chance),
            generator: generator.flat,
            critic: value(critic),
            hot: value(independentRows(shape, own, chance), [batchRows, width]),
            share: value(
              Float32Array.from({ length: batchRows }, () => chance.next()),
              [batchRows, 1],
            ),
          });
          // clipped as real rows are, or the two would pull with unequal strength
          const places = Uint32Array.from({ length: batchRows }, (_, i) => i);
          const soft = made!.data as Float32Array;
          const sum = await clipped(places, (some, length) => ({
            hot: value(pick(soft, some, { width, length }), [length, width]),
            class: value(pick(own, some, { width: 1, length })),
          }));
          return sum.map((g, i) => Number(gradient!.data[i]) - g / batchRows);
        },
        after: async (critic, { chance, learningRate }) => {
          await generator.advance(
            { ...madeFeeds(someClasses(chance), chance), critic: value(critic) },
            learningRate * generatorShare,
          );
          follow(kept, generator.flat, 1 / Math.min(generator.step, averaged));
        },
      },
      { learned, options, adam: ADAM },
      context,
    );
    return kept;
  } finally {
    await generator.close();
    await penalty.close();
  }
}

type RunOptions = Pick<CompiledCtgan, 'provider' | 'threads'>;

async function penaltySession(shape: ClassShape, options: RunOptions): Promise<Session> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'critic');
  return Session.create(graph.encode({ ...penaltyGradient(graph, parameters, shape) }), options);
}

/** Rows whose columns hang on their class alone, a 1 for each code: nothing of them is of a record. */
function independentRows({ layout, classes }: ClassShape, own: Int32Array, chance: Rng): Float32Array {
  const hot = new Float32Array(own.length * layout.width);
  for (const [i, one] of own.entries()) {
    for (const [k, start] of layout.starts.entries()) {
      const code = drawShare(classes.shares[one]!, { start, size: layout.sizes[k]! }, chance);
      hot[i * layout.width + start + code] = 1;
    }
  }
  return hot;
}

/** Moves an average towards numbers by a share of the way. */
function follow(average: Float32Array, { data }: Value, share: number): void {
  for (let i = 0; i < average.length; i++) average[i]! += (Number(data[i]) - average[i]!) * share;
}

/** Rows of a flat matrix; further ones are zeros. */
function pick<A extends Float32Array | Int32Array>(
  from: A,
  places: Uint32Array,
  { width, length }: { width: number; length: number },
): A {
  const out = (
    from instanceof Float32Array ? new Float32Array(length * width) : new Int32Array(length * width)
  ) as A;
  for (const [i, row] of places.entries()) out.set(from.subarray(row * width, (row + 1) * width), i * width);
  return out;
}
