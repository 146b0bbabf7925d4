import type { Rng } from '../../core/index.js';
import type { Graph, Parameters, Tensor, Value } from '../../tensor/index.js';
import { mean, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { Batches, Split } from '../training/index.js';
import { AveragedLearner, AveragedNetwork, meanLoss } from '../training/index.js';
import type { Shape } from './network.js';
import { rowInputs, rowLosses } from './network.js';
import type { CompiledTvae } from './options.js';
import { plainDefaults } from './options.js';

export interface LearnerSetup {
  readonly shape: Shape;
  readonly rows: CodedRows;
  readonly split: Split;
  readonly stepsPerPass: number;
  readonly batches: Batches;
  readonly options: CompiledTvae;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** As in the authors' code. */
const WEIGHT_DECAY = 1e-5;
/** Steps that the average of parameters looks back on. */
const AVERAGED_STEPS = 200;

/** An autoencoder in training. */
export class Learner extends AveragedLearner {
  readonly #setup: LearnerSetup;

  private constructor(setup: LearnerSetup, network: AveragedNetwork) {
    super(network);
    this.#setup = setup;
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { shape, rng, options } = setup;
    const { provider, threads, lossFactor = plainDefaults.lossFactor, batchRows } = options;
    const losses = (graph: Graph, parameters: Parameters): Tensor => {
      const noise = graph.input('noise', ['batch', shape.latent]);
      return rowLosses(parameters, rowInputs(graph, shape), { shape, noise, lossFactor });
    };
    const network = await AveragedNetwork.create({
      trained: (...network) => mean(losses(...network)),
      scored: losses,
      averagedSteps: AVERAGED_STEPS,
      batchRows,
      adam: { weightDecay: WEIGHT_DECAY },
      provider,
      threads,
      rng,
    });
    return new Learner(setup, network);
  }

  async pass(_epoch: number, rate: number): Promise<number> {
    const { rng, batches, stepsPerPass, signal } = this.#setup;
    return this.network.pass(
      stepsPerPass,
      (step) => ({ feeds: this.#feeds(batches.at(step), rng.split('step', step)), learningRate: rate }),
      signal,
    );
  }

  /** The same rows with the same noise after each pass. */
  async evaluate(): Promise<number> {
    const { split, rng } = this.#setup;
    return meanLoss(this.network, split.validation, (places, from) =>
      this.#feeds(places, rng.split('validation noise', from)),
    );
  }

  #feeds(places: Uint32Array, rng: Rng): Record<string, Value> {
    const { rows, shape } = this.#setup;
    const noise = rng.normals(new Float32Array(places.length * shape.latent));
    return { ...rowFeeds(rows, places, shape), noise: value(noise, [places.length, shape.latent]) };
  }
}

/** What the network is fed of some rows. */
function rowFeeds(rows: CodedRows, places: Uint32Array, shape: Shape): Record<string, Value> {
  const n = places.length;
  const [choices, some] = [shape.layout.choices.length, shape.layout.numbers.length];
  const codes = new Int32Array(n * choices);
  const labels = new Int32Array(n * shape.labels.length);
  const numbers = new Float32Array(n * some);
  const present = new Float32Array(n * some);
  for (let i = 0; i < n; i++) {
    const row = places[i]!;
    for (let k = 0; k < choices; k++) codes[i * choices + k] = rows.codes[row * choices + k]!;
    for (const [j, k] of shape.labels.entries())
      labels[i * shape.labels.length + j] = rows.codes[row * choices + k]!;
    for (let k = 0; k < some; k++) {
      const x = rows.numbers[row * some + k]!;
      if (Number.isNaN(x)) continue;
      numbers[i * some + k] = x;
      present[i * some + k] = 1;
    }
  }
  return {
    ...(choices > 0 && { codes: value(codes, [n, choices]) }),
    ...(labels.length > 0 && { labels: value(labels, [n, shape.labels.length]) }),
    ...(some > 0 && { numbers: value(numbers, [n, some]), present: value(present, [n, some]) }),
  };
}
