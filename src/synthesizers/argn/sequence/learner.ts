import type { Rng } from '../../../core/index.js';
import type { Graph, Parameters, Tensor, Value } from '../../../tensor/index.js';
import { div, dropoutNoise, maximum, mul, slice, sum, value } from '../../../tensor/index.js';
import type { PassStep } from '../../training/index.js';
import { AveragedLearner, AveragedNetwork } from '../../training/index.js';
import type { LogShares } from '../network.js';
import { plainDefaults } from '../options.js';
import type { SequenceLayout } from './layout.js';
import { sequenceInputs, sequenceNetwork } from './network.js';
import type { CompiledArgnSequence } from './options.js';
import type { CodedSequences, Piece } from './pack.js';
import { fillWindows, packPieces } from './pack.js';

export interface SequenceSetup {
  readonly layout: SequenceLayout;
  readonly shares: LogShares;
  readonly coded: CodedSequences;
  /** Outputs in the order in which they are drawn, the end first. */
  readonly order: readonly number[];
  /** Outputs of each column of the steps, which follow one another in any order. */
  readonly columns: readonly (readonly number[])[];
  /** Pieces of histories to learn from, and those that say when to stop. */
  readonly pieces: { readonly training: readonly Piece[]; readonly validation: readonly Piece[] };
  /** Places of a step. */
  readonly batchPlaces: number;
  readonly options: CompiledArgnSequence;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** As for the flat form. */
const WEIGHT_DECAY = 0.01;
const AVERAGED_STEPS = 200;
/** Windows that are scored together. */
const SCORED_WINDOWS = 64;
/** Parts of the validation windows that are scored in orders of their own. */
const VALIDATION_ORDERS = 8;

/** The sequential network in training. What a step draws hangs on its number alone. */
export class SequenceLearner extends AveragedLearner {
  readonly #setup: SequenceSetup;

  private constructor(setup: SequenceSetup, network: AveragedNetwork) {
    super(network);
    this.#setup = setup;
  }

  static async create(setup: SequenceSetup): Promise<SequenceLearner> {
    const { layout, options, batchPlaces, rng } = setup;
    const { dropout: rate, provider, threads } = options;
    const weighted = (
      graph: Graph,
      parameters: Parameters,
      training: boolean,
    ): { loss: Tensor; places: Tensor } => {
      const inputs = sequenceInputs(graph, layout, training);
      const losses = sequenceNetwork(parameters, inputs, { ...setup, rate: training ? rate : 0 });
      const weights = graph.input('weights', losses.shape);
      return { loss: sum(mul(losses, weights)), places: sum(slice(weights, 1, 0, 1)) };
    };
    const network = await AveragedNetwork.create({
      trained: (graph, parameters) => {
        const { loss, places } = weighted(graph, parameters, rate > 0);
        return div(loss, maximum(places, 1));
      },
      scored: (graph, parameters) => weighted(graph, parameters, false).loss,
      averagedSteps: AVERAGED_STEPS,
      batchRows: batchPlaces,
      adam: { weightDecay: WEIGHT_DECAY },
      provider,
      threads,
      rng,
    });
    return new SequenceLearner(setup, network);
  }

  /** One pass over pieces of histories in batches of places. Returns the mean loss of a place. */
  async pass(epoch: number, rate: number): Promise<number> {
    const { rng, layout, pieces, batchPlaces, signal } = this.#setup;
    const windows = packPieces(rng.split('epoch', epoch).shuffle([...pieces.training]), layout.window);
    const batch = Math.max(1, Math.round(batchPlaces / layout.window));
    return this.network.pass(
      Math.ceil(windows.length / batch),
      (step, i) => this.#step(windows.slice(i * batch, (i + 1) * batch), { step, learningRate: rate }),
      signal,
    );
  }

  /** Mean loss of a place without dropout, in a few fixed orders. */
  async evaluate(): Promise<number> {
    const { rng, layout, options, coded, pieces } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    let [total, seen] = [0, 0];
    for (let k = 0; k < VALIDATION_ORDERS; k++) {
      const some = pieces.validation.filter((_, i) => i % VALIDATION_ORDERS === k);
      const drawn = (k + 0.5) / VALIDATION_ORDERS < drawingOrder;
      const rank = this.#rank(drawn ? undefined : rng.split('validation order', k));
      const windows = packPieces(some, layout.window);
      for (let from = 0; from < windows.length; from += SCORED_WINDOWS) {
        const { places, ...feeds } = fillWindows(windows.slice(from, from + SCORED_WINDOWS), coded, layout);
        total += await this.network.score({ ...feeds, rank });
        seen += places;
      }
    }
    return total / Math.max(1, seen);
  }

  #step(
    windows: ReturnType<typeof packPieces>,
    { step, learningRate }: { step: number; learningRate: number },
  ): PassStep {
    const { rng, layout, options, coded } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    const units = layout.hidden.reduce((total, h) => total + h, 0);
    const { places, ...feeds } = fillWindows(windows, coded, layout);
    const chance = rng.split('step', step);
    const rank = this.#rank(chance.next() < drawingOrder ? undefined : chance);
    const rows = windows.length * layout.window;
    const noise =
      options.dropout > 0
        ? { noise: value(dropoutNoise(chance, new Uint8Array(rows * units)), [rows, units]) }
        : {};
    return { feeds: { ...feeds, rank, ...noise }, learningRate, weight: places };
  }

  /** Place of each output: the end first, then the columns in the drawing order, or in a random one. */
  #rank(chance?: Rng): Value {
    const { order, columns } = this.#setup;
    const ranks = new Float32Array(order.length);
    const drawn =
      chance === undefined
        ? order
        : [
            0,
            ...chance
              .split('order')
              .shuffle([...columns])
              .flat(),
          ];
    for (const [rank, output] of drawn.entries()) ranks[output] = rank;
    return value(ranks);
  }
}
