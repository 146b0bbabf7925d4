import { InternalError } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import { gradients } from '../graph/gradients.js';
import { Graph } from '../graph/graph.js';
import type { Tensor } from '../graph/graph.js';
import { Parameters } from '../layers/parameters.js';
import type { RunOptions, Value } from '../run/session.js';
import { Session, value } from '../run/session.js';
import type { AdamOptions, AdamState } from './adam.js';
import { adamScalars, adamStep } from './adam.js';
import { clipNorm } from './clipped.js';

/** What a network says of one step: built once, as operators. */
export interface Objective {
  /** A single number to be made small. */
  readonly loss: Tensor;
  /** Further results that a step returns. */
  readonly results?: Readonly<Record<string, Tensor>>;
  /** The gradient, flat, where it is not simply that of the loss. */
  readonly gradient?: Tensor;
}

export interface TrainerOptions extends RunOptions {
  readonly adam?: AdamOptions;
  /** Largest norm of the whole gradient. Default: none. */
  readonly clipNorm?: number;
  /** Name of the parameters' input. Default `parameters`. */
  readonly name?: string;
}

/** Everything that a training needs to go on: three flat vectors and the number of steps done. */
export interface TrainerState {
  readonly step: number;
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

const vectors = ['parameters', 'first', 'second'] as const;

/**
 * Trains a network: forward, backward and optimiser are one ONNX graph, run once a step. The state goes to and fro between two sets of
 * memory, so a step allocates nothing.
 */
export class Trainer {
  /** The network's parameters: their names, shapes and first numbers. */
  readonly parameters: Parameters;
  readonly #session: Session;
  readonly #options: TrainerOptions;
  #now: Record<(typeof vectors)[number], Value>;
  #next: Record<(typeof vectors)[number], Value>;
  #step = 0;

  private constructor(parameters: Parameters, session: Session, options: TrainerOptions) {
    this.parameters = parameters;
    this.#session = session;
    this.#options = options;
    this.#now = emptyState(parameters.size);
    this.#next = emptyState(parameters.size);
  }

  /** @param build declares the network on an empty graph. */
  static async create(
    build: (graph: Graph, parameters: Parameters) => Objective,
    options: TrainerOptions = {},
  ): Promise<Trainer> {
    const graph = new Graph();
    const parameters = new Parameters(graph, options.name);
    const { loss, results = {}, gradient } = build(graph, parameters);
    const flat = parameters.seal();
    const whole = gradient ?? parameters.flatten(gradients(loss, parameters.tensors));
    const state: AdamState = {
      parameters: flat,
      first: graph.input('first', [parameters.size]),
      second: graph.input('second', [parameters.size]),
    };
    const clipped = options.clipNorm === undefined ? whole : clipNorm(whole, options.clipNorm);
    const next = adamStep(graph, state, clipped, options.adam);
    const model = graph.encode({
      loss,
      ...results,
      'next.parameters': next.parameters,
      'next.first': next.first,
      'next.second': next.second,
    });
    return new Trainer(parameters, await Session.create(model, options), options);
  }

  /** Sets the parameters to their first numbers. */
  start(rng: Rng): void {
    const zero = (): Float32Array => new Float32Array(this.parameters.size);
    this.restore({ step: 0, parameters: this.parameters.initial(rng), first: zero(), second: zero() });
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The parameters as they are now, flat; valid until the next step. */
  get flat(): Value {
    return this.#now.parameters;
  }

  /** One step. Returns the loss before it and the further results of the objective. */
  async advance(
    feeds: Readonly<Record<string, Value>>,
    learningRate: number,
  ): Promise<Record<string, Value>> {
    const step = this.#step + 1;
    const scalars: Record<string, Value> = {};
    for (const [name, x] of Object.entries(adamScalars(step, learningRate, this.#options.adam))) {
      scalars[name] = value(Float32Array.of(x), []);
    }
    const { parameters, first, second } = this.#now;
    const results = await this.#session.run(
      { ...feeds, ...scalars, [this.parameters.name]: parameters, first, second },
      {
        'next.parameters': this.#next.parameters,
        'next.first': this.#next.first,
        'next.second': this.#next.second,
      },
    );
    this.#step = step;
    [this.#now, this.#next] = [this.#next, this.#now];
    return results;
  }

  /** A copy of the state. */
  snapshot(): TrainerState {
    const copy = (name: (typeof vectors)[number]): Float32Array => Float32Array.from(floats(this.#now[name]));
    return { step: this.#step, parameters: copy('parameters'), first: copy('first'), second: copy('second') };
  }

  /** Goes back to a state. @throws InternalError `TRAINER_STATE` for one of another network. */
  restore(state: TrainerState): void {
    for (const name of vectors) {
      if (state[name].length !== this.parameters.size) {
        throw new InternalError(
          'TRAINER_STATE',
          `${state[name].length} numbers for ${this.parameters.size} parameters.`,
        );
      }
      floats(this.#now[name]).set(state[name]);
    }
    this.#step = state.step;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

function emptyState(size: number): Record<(typeof vectors)[number], Value> {
  const empty = (): Value => value(new Float32Array(size));
  return { parameters: empty(), first: empty(), second: empty() };
}

function floats({ data }: Value): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new InternalError('TENSOR_TYPE', 'Floating-point numbers were expected.');
}
