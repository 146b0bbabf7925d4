import { InternalError } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import { gradients } from '../graph/gradients.js';
import { Graph } from '../graph/graph.js';
import type { Tensor } from '../graph/graph.js';
import { encodeModel } from '../graph/proto.js';
import { Parameters } from '../layers/parameters.js';
import { add, mul, sub } from '../ops/elementwise.js';
import type { RunOptions, Value } from '../run/session.js';
import { Session, value } from '../run/session.js';
import type { AdamOptions, AdamState } from './adam.js';
import { adamScalars, adamStep } from './adam.js';
import { clipNorm } from './clipped.js';
import { StepLoop } from './step-loop.js';

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
  /** Steps that a running average of the parameters looks back on. Default: no average. */
  readonly average?: number;
  /** Whether {@link Trainer.advanceAll} makes its steps in one call of the session; {@link stepsPerCall} says how many that pays for. Default: no. */
  readonly several?: boolean;
}

/** What one step is given. */
export interface StepRequest {
  readonly feeds: Readonly<Record<string, Value>>;
  readonly learningRate: number;
}

/** Everything that a training needs to go on: flat vectors and the number of steps done. */
export interface TrainerState {
  readonly step: number;
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Where there is a running average. */
  readonly average?: Float32Array;
}

type Vectors = Readonly<Record<'parameters' | 'first' | 'second', Value>> & { readonly average?: Value };
type VectorName = keyof Vectors;

/**
 * Trains a network: forward, backward and optimiser are one ONNX graph, run once a step, or as a loop over several. The state goes to and fro
 * between two sets of memory, so a step allocates nothing.
 */
export class Trainer {
  /** The network's parameters: their names, shapes and first numbers. */
  readonly parameters: Parameters;
  readonly #session: Session;
  readonly #options: TrainerOptions;
  readonly #loop: StepLoop | undefined;
  #now: Vectors;
  #next: Vectors;
  #step = 0;

  private constructor(parameters: Parameters, { session, options, loop }: Made) {
    this.parameters = parameters;
    this.#session = session;
    this.#options = options;
    this.#loop = loop;
    this.#now = emptyState(parameters.size, options);
    this.#next = emptyState(parameters.size, options);
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
    const outputs: Record<string, Tensor> = {
      loss,
      ...results,
      'next.parameters': next.parameters,
      'next.first': next.first,
      'next.second': next.second,
    };
    if (options.average !== undefined) outputs['next.average'] = averageStep(graph, next.parameters);
    const step = graph.parts(outputs, 'anamnesis');
    const loop = options.several === true ? new StepLoop(step, carriedOf(flat.name, options)) : undefined;
    const session = await Session.create(encodeModel(loop?.model ?? step), options);
    return new Trainer(parameters, { session, options, loop });
  }

  /** Sets the parameters, and their average, to their first numbers. */
  start(rng: Rng): void {
    const zero = (): Float32Array => new Float32Array(this.parameters.size);
    const parameters = this.parameters.initial(rng);
    this.restore({ step: 0, parameters, first: zero(), second: zero(), average: parameters });
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The parameters as they are now, flat; valid until the next step. */
  get flat(): Value {
    return this.#now.parameters;
  }

  /** The running average of the parameters, valid until the next step; the parameters themselves where there is none. */
  get average(): Value {
    return this.#now.average ?? this.#now.parameters;
  }

  /** One step. Returns the loss before it and the further results of the objective. */
  async advance(
    feeds: Readonly<Record<string, Value>>,
    learningRate: number,
  ): Promise<Record<string, Value>> {
    const [results] = await this.advanceAll([{ feeds, learningRate }]);
    return results!;
  }

  /** Several steps, one after another: the same numbers whether they go in one call or not. Returns the results of each. */
  async advanceAll(steps: readonly StepRequest[]): Promise<Record<string, Value>[]> {
    if (steps.length === 0) return [];
    const feeds = steps.map((step, i) => ({ ...step.feeds, ...this.#scalars(this.#step + 1 + i, step) }));
    if (this.#loop !== undefined)
      return this.#loop.results(await this.#run(this.#loop.feeds(feeds), steps.length), steps.length);
    const results: Record<string, Value>[] = [];
    for (const fed of feeds) results.push(await this.#run(fed, 1));
    return results;
  }

  /** A copy of the state. */
  snapshot(): TrainerState {
    const copy = (name: VectorName): Float32Array => Float32Array.from(floats(this.#now[name]!));
    return {
      step: this.#step,
      parameters: copy('parameters'),
      first: copy('first'),
      second: copy('second'),
      ...(this.#now.average !== undefined && { average: copy('average') }),
    };
  }

  /** Goes back to a state. @throws InternalError `TRAINER_STATE` for one of another network. */
  restore(state: TrainerState): void {
    for (const [name, vector] of Object.entries(this.#now)) {
      const from = state[name as VectorName];
      if (from?.length !== this.parameters.size) {
        throw new InternalError(
          'TRAINER_STATE',
          `${from?.length ?? 'no'} numbers of '${name}' for ${this.parameters.size} parameters.`,
        );
      }
      floats(vector).set(from);
    }
    this.#step = state.step;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async #run(feeds: Readonly<Record<string, Value>>, steps: number): Promise<Record<string, Value>> {
    const { parameters, ...others } = this.#now;
    const into = Object.fromEntries(
      Object.entries(this.#next).map(([name, vector]) => [`next.${name}`, vector]),
    );
    const results = await this.#session.run(
      { ...feeds, [this.parameters.name]: parameters, ...others },
      into,
    );
    this.#step += steps;
    [this.#now, this.#next] = [this.#next, this.#now];
    return results;
  }

  /** What changes from step to step t = 1, 2, … */
  #scalars(step: number, { learningRate }: StepRequest): Record<string, Value> {
    const { adam, average } = this.#options;
    const scalars = adamScalars(step, learningRate, adam);
    if (average !== undefined) scalars[AVERAGE_SHARE] = 1 / Math.min(step, average);
    return Object.fromEntries(
      Object.entries(scalars).map(([name, x]) => [name, value(Float32Array.of(x), [])]),
    );
  }
}

interface Made {
  readonly session: Session;
  readonly options: TrainerOptions;
  readonly loop: StepLoop | undefined;
}

const AVERAGE_SHARE = 'average.share';

/**
 * Running average of the parameters (Polyak and Juditsky 1992, with exponential weights): it moves a share of the way towards the parameters after
 * step t, the share being 1 / t at first and later 1 / the steps that it looks back on.
 */
function averageStep(graph: Graph, parameters: Tensor): Tensor {
  const average = graph.input('average', parameters.shape);
  return add(average, mul(sub(parameters, average), graph.input(AVERAGE_SHARE, [])));
}

/** Results of a step and the inputs that they are in the next. */
function carriedOf(parameters: string, { average }: TrainerOptions): Record<string, string> {
  return {
    'next.parameters': parameters,
    'next.first': 'first',
    'next.second': 'second',
    ...(average !== undefined && { 'next.average': 'average' }),
  };
}

function emptyState(size: number, { average }: TrainerOptions): Vectors {
  const empty = (): Value => value(new Float32Array(size));
  return {
    parameters: empty(),
    first: empty(),
    second: empty(),
    ...(average !== undefined && { average: empty() }),
  };
}

function floats({ data }: Value): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new InternalError('TENSOR_TYPE', 'Floating-point numbers were expected.');
}
