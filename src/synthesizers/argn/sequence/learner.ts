import type { Rng } from '../../../core/index.js';
import { throwIfAborted } from '../../../core/index.js';
import type { Tensor, Value } from '../../../tensor/index.js';
import {
  div,
  dropoutNoise,
  Graph,
  maximum,
  mul,
  Parameters,
  Session,
  slice,
  sum,
  Trainer,
  value,
} from '../../../tensor/index.js';
import type { NetworkState } from '../../training/index.js';
import { AveragedNetwork } from '../../training/index.js';
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
  readonly options: CompiledArgnSequence;
  readonly rng: Rng;
}

/** As for the flat form. */
const WEIGHT_DECAY = 0.01;
const AVERAGED_STEPS = 200;
/** Windows that are scored together. */
const SCORED_WINDOWS = 64;
/** Parts of the validation windows that are scored in orders of their own. */
const VALIDATION_ORDERS = 8;

/** The sequential network in training. What a step draws hangs on its number alone. */
export class SequenceLearner {
  readonly #setup: SequenceSetup;
  readonly #network: AveragedNetwork;

  private constructor(setup: SequenceSetup, network: AveragedNetwork) {
    this.#setup = setup;
    this.#network = network;
  }

  static async create(setup: SequenceSetup): Promise<SequenceLearner> {
    const { layout, options, rng } = setup;
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
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const { loss, places } = weighted(graph, parameters, rate > 0);
        return { loss: div(loss, maximum(places, 1)) };
      },
      { provider, threads, adam: { weightDecay: WEIGHT_DECAY } },
    );
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const { loss } = weighted(graph, parameters, false);
    parameters.seal();
    const scorer = await Session.create(graph.encode({ losses: loss }), { provider, threads });
    trainer.start(rng.split('start'));
    return new SequenceLearner(setup, new AveragedNetwork({ trainer, scorer, steps: AVERAGED_STEPS }));
  }

  /** One pass over pieces of histories in batches of `places`. Returns the mean loss of a place. */
  async epoch(
    pieces: readonly Piece[],
    {
      epoch,
      places,
      rate,
      signal,
    }: { epoch: number; places: number; rate: number; signal: AbortSignal | undefined },
  ): Promise<number> {
    const { rng, layout, options, coded } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    const units = layout.hidden.reduce((total, h) => total + h, 0);
    const windows = packPieces(rng.split('epoch', epoch).shuffle([...pieces]), layout.window);
    const batch = Math.max(1, Math.round(places / layout.window));
    let [total, seen] = [0, 0];
    for (let from = 0; from < windows.length; from += batch) {
      throwIfAborted(signal);
      const { places: counted, ...feeds } = fillWindows(windows.slice(from, from + batch), coded, layout);
      const chance = rng.split('step', this.#network.step);
      const drawn = chance.next() < drawingOrder;
      const rows = Math.min(batch, windows.length - from) * layout.window;
      const loss = await this.#network.advance(
        {
          ...feeds,
          rank: this.#rank(drawn ? undefined : chance),
          ...(options.dropout > 0
            ? { noise: value(dropoutNoise(chance, new Uint8Array(rows * units)), [rows, units]) }
            : {}),
        },
        rate,
      );
      total += loss * counted;
      seen += counted;
    }
    return total / Math.max(1, seen);
  }

  /** Mean loss of a place without dropout, in a few fixed orders. */
  async evaluate(pieces: readonly Piece[]): Promise<number> {
    const { rng, layout, options, coded } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    let [total, seen] = [0, 0];
    for (let k = 0; k < VALIDATION_ORDERS; k++) {
      const some = pieces.filter((_, i) => i % VALIDATION_ORDERS === k);
      const drawn = (k + 0.5) / VALIDATION_ORDERS < drawingOrder;
      const rank = this.#rank(drawn ? undefined : rng.split('validation order', k));
      const windows = packPieces(some, layout.window);
      for (let from = 0; from < windows.length; from += SCORED_WINDOWS) {
        const { places, ...feeds } = fillWindows(windows.slice(from, from + SCORED_WINDOWS), coded, layout);
        total += await this.#network.score({ ...feeds, rank });
        seen += places;
      }
    }
    return total / Math.max(1, seen);
  }

  /** The average of the parameters as it is now. */
  kept(): Float32Array {
    return this.#network.kept();
  }

  snapshot(): NetworkState {
    return this.#network.snapshot();
  }

  restore(state: NetworkState): void {
    this.#network.restore(state);
  }

  async close(): Promise<void> {
    await this.#network.close();
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
