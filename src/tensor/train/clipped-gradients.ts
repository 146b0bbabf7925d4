import { Graph } from '../graph/graph.js';
import type { Tensor } from '../graph/graph.js';
import { Parameters } from '../layers/parameters.js';
import type { RunOptions, Value } from '../run/session.js';
import { Session, value } from '../run/session.js';
import { clippedSum } from './clipped.js';

export interface ClippedOptions extends RunOptions {
  /** Largest norm of one example's gradient. */
  readonly limit: number;
  /** Examples of one call; the last call's are filled up, so that an example's place alone can never change its gradient. Default 256, see {@link chunkFor}. */
  readonly chunk?: number;
}

/** Most examples whose gradients are summed in single precision; private training has room for the error of so many. */
const MOST_EXAMPLES = 256;

/** Examples of a call that leave few places to be filled up when so many are expected, give or take three standard deviations of a Poisson sample. */
export function chunkFor(expected: number): number {
  const most = Math.max(1, expected + 3 * Math.sqrt(expected));
  return Math.ceil(most / Math.ceil(most / MOST_EXAMPLES));
}

/** Sums of gradients, each clipped, over any number of examples: what private training adds noise to. */
export class ClippedGradients {
  readonly parameters: Parameters;
  readonly #session: Session;
  readonly #chunk: number;

  private constructor(parameters: Parameters, session: Session, chunk: number) {
    this.parameters = parameters;
    this.#session = session;
    this.#chunk = chunk;
  }

  /** @param build declares the network on an empty graph and returns a loss for each example [batch]. */
  static async create(
    build: (graph: Graph, parameters: Parameters) => Tensor,
    { limit, chunk = MOST_EXAMPLES, ...options }: ClippedOptions,
  ): Promise<ClippedGradients> {
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const losses = build(graph, parameters);
    const weights = graph.input('weights', ['batch']);
    parameters.seal();
    const { sum } = clippedSum({ losses, parameters, limit, weights });
    return new ClippedGradients(parameters, await Session.create(graph.encode({ sum }), options), chunk);
  }

  /**
   * Σ gradient · min(1, limit / ‖gradient‖), in double precision between chunks.
   * @param feeds inputs of a chunk: of the examples at the places given, filled up with any examples to so many rows.
   */
  async sum(
    flat: Float32Array,
    examples: Uint32Array,
    feeds: (places: Uint32Array, rows: number) => Readonly<Record<string, Value>>,
  ): Promise<Float64Array> {
    const total = new Float64Array(this.parameters.size);
    const weights = new Float32Array(this.#chunk);
    const partial = new Float32Array(this.parameters.size);
    const into = { sum: value(partial) };
    for (let from = 0; from < examples.length; from += this.#chunk) {
      const places = examples.subarray(from, from + this.#chunk);
      weights.fill(1, 0, places.length);
      weights.fill(0, places.length);
      await this.#session.run(
        { ...feeds(places, this.#chunk), weights: value(weights), [this.parameters.name]: value(flat) },
        into,
      );
      for (let i = 0; i < total.length; i++) total[i]! += partial[i]!;
    }
    return total;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
