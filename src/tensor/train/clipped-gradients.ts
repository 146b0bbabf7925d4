import { Graph } from '../graph/graph.js';
import type { Tensor } from '../graph/graph.js';
import { Parameters } from '../layers/parameters.js';
import type { RunOptions, Value } from '../run/session.js';
import { Session, value } from '../run/session.js';
import type { Groups } from './clipped.js';
import { clippedSums } from './clipped.js';

export interface ClippedOptions extends RunOptions {
  /** Largest norm of one example's gradient. */
  readonly limit: number;
  /** Examples that a sum is expected to be of. */
  readonly expected: number;
  /** Part of `limit` by which a sum may err, its Euclidean norm, whatever its examples. */
  readonly room: number;
}

/** How calls are laid out: the same for all samples, so that an example's place alone can never change its gradient. */
export interface CallPlan {
  /** Examples of a call; the last call's are filled up. */
  readonly rows: number;
  /** Groups whose sums are in single precision; none: all is added up in double precision. */
  readonly groups?: Groups;
}

/** Most examples of a call, for its memory. */
const MOST_ROWS = 1024;
/** More groups take longer than double precision. */
const MOST_GROUPS = 4;
const ROUNDING = 2 ** -24;

/**
 * Examples of a group when so many are added up. An addition of single numbers errs by 2⁻²⁴ of its result, so an example errs by that for each
 * addition that it goes through, and its product for one more; over any tree of additions over r examples those are r(r + 1)/2 + r at most, and the sum of n examples in
 * groups of r errs by n (r + 3) / 2 · 2⁻²⁴ of the limit. Sums of groups are added in double precision.
 */
function groupRows(examples: number, room: number): number {
  return Math.floor((2 * room) / (examples * ROUNDING)) - 3;
}

/** Calls that leave few places to be filled up when so many examples are expected, give or take three standard deviations of a Poisson sample. */
export function planCalls(expected: number, room: number): CallPlan {
  const most = Math.max(1, expected + 3 * Math.sqrt(expected));
  const count = Math.ceil(most / groupRows(most, room));
  if (count >= 1 && count <= MOST_GROUPS) {
    const rows = Math.ceil(most / count);
    return { rows: count * rows, groups: { count, rows } };
  }
  return { rows: Math.ceil(most / Math.ceil(most / MOST_ROWS)) };
}

/** Sums of gradients, each clipped, over any number of examples: what private training adds noise to. */
export class ClippedGradients {
  readonly parameters: Parameters;
  readonly #session: Session;
  readonly #plan: CallPlan;
  readonly #room: number;
  /** Memory for the sums of a call. */
  readonly #partial: readonly (Float32Array | Float64Array)[];

  private constructor(
    parameters: Parameters,
    session: Session,
    { plan, room }: { plan: CallPlan; room: number },
  ) {
    this.parameters = parameters;
    this.#session = session;
    this.#plan = plan;
    this.#room = room;
    const { groups } = plan;
    const { size } = parameters;
    this.#partial = Array.from({ length: groups?.count ?? 1 }, () =>
      groups === undefined ? new Float64Array(size) : new Float32Array(size),
    );
  }

  /** @param build declares the network on an empty graph and returns a loss for each example [batch]. */
  static async create(
    build: (graph: Graph, parameters: Parameters) => Tensor,
    { limit, expected, room, ...options }: ClippedOptions,
  ): Promise<ClippedGradients> {
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const losses = build(graph, parameters);
    const weights = graph.input('weights', ['batch']);
    parameters.seal();
    // an example of several steps may add up more than its gradient, so that the bound would not hold
    const single = parameters.sites.every(({ output }) => output.rank === 2);
    const plan = planCalls(single ? expected : Math.max(expected, MOST_ROWS), room);
    const sums = clippedSums({ losses, parameters, limit, weights }, plan.groups);
    const outputs = Object.fromEntries(sums.map((sum, group) => [`sum.${group}`, sum]));
    const session = await Session.create(graph.encode(outputs), options);
    return new ClippedGradients(parameters, session, { plan, room });
  }

  /**
   * Σ gradient · min(1, limit / ‖gradient‖).
   * @param feeds inputs of a call: of the examples at the places given, which may stand there more than once.
   */
  async sum(
    flat: Float32Array,
    examples: Uint32Array,
    feeds: (places: Uint32Array, rows: number) => Readonly<Record<string, Value>>,
  ): Promise<Float64Array> {
    const total = new Float64Array(this.parameters.size);
    const { groups, rows } = this.#plan;
    // a sample much larger than expected leaves part of each group empty
    const used =
      groups === undefined
        ? rows
        : Math.max(1, Math.min(groups.rows, groupRows(examples.length, this.#room)));
    const places = new Uint32Array(rows);
    const weights = new Float32Array(rows);
    for (let at = 0; at < examples.length;) {
      places.fill(examples[0]!);
      weights.fill(0);
      for (let from = 0; from < rows && at < examples.length; from += groups?.rows ?? rows) {
        const some = examples.subarray(at, at + used);
        places.set(some, from);
        weights.fill(1, from, from + some.length);
        at += some.length;
      }
      await this.#session.run(
        { ...feeds(places, rows), weights: value(weights), [this.parameters.name]: value(flat) },
        Object.fromEntries(this.#partial.map((part, group) => [`sum.${group}`, value(part)])),
      );
      for (const part of this.#partial) addTo(total, part);
    }
    return total;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

function addTo(total: Float64Array, part: Float32Array | Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
}
