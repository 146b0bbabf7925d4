import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, Graph, Parameters, Session, Trainer, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { NetworkState, Split, Trainable } from '../training/index.js';
import { restoreTrainer, trainerVectors, vectorOf } from '../training/index.js';
import type { Condition, ConditionChoice } from './conditions.js';
import { ConditionSampler } from './conditions.js';
import { askedFeeds, firstRemembered, keptNumbers, latentFeeds, realRows } from './feeds.js';
import type { Shape } from './network.js';
import { chanceWidth, criticDistance, criticLoss, generatorLoss, rowWidth } from './network.js';
import type { CompiledCtgan } from './options.js';

export interface LearnerSetup {
  readonly shape: Shape;
  readonly rows: CodedRows;
  readonly split: Split;
  readonly conditions: readonly ConditionChoice[];
  /** A multiple of the pack's rows. */
  readonly batchRows: number;
  readonly stepsPerPass: number;
  /** Steps that the average of the generator's parameters looks back on: what is kept (Yazıcı et al. 2019, "The unusual effectiveness of averaging in GAN training"). */
  readonly averagedSteps: number;
  readonly options: CompiledCtgan;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** As in the authors' code: β and weight decay (here decoupled from the gradient). */
export const ADAM = { beta1: 0.5, beta2: 0.9, weightDecay: 1e-6 };
/** Rows that a validation reads at most. */
const VALIDATION_ROWS = 5000;

interface Networks {
  readonly generator: Trainer;
  readonly critic: Trainer;
  readonly scorer: Session;
}

/** Generator and critic in training, one step of each at a time. */
export class Learner implements Trainable {
  readonly #setup: LearnerSetup;
  readonly #networks: Networks;
  readonly #sampler: ConditionSampler;
  /** Means and variances that the generator's batch norms remember. */
  #remembered: Value;
  /** Their running average, as of the parameters. */
  readonly #averaged: Float32Array;

  private constructor(setup: LearnerSetup, networks: Networks) {
    const { conditions, rows, shape, split } = setup;
    this.#setup = setup;
    this.#networks = networks;
    this.#sampler = new ConditionSampler(conditions, rows, {
      layout: shape.layout,
      training: split.training,
      labels: shape.labels,
    });
    this.#remembered = firstRemembered(shape);
    this.#averaged = new Float32Array(this.#remembered.data.length);
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { shape, rng, options } = setup;
    const { provider, threads } = options;
    const generator = await createGenerator(setup);
    const critic = await Trainer.create(
      (graph, parameters) => {
        const { loss, distance } = criticLoss(graph, parameters, shape);
        return { loss, results: { distance } };
      },
      { provider, threads, adam: ADAM, name: 'critic' },
    );
    const graph = new Graph();
    const parameters = new Parameters(graph, 'critic');
    const distance = criticDistance(graph, parameters, shape);
    parameters.seal();
    const scorer = await Session.create(graph.encode({ distance }), { provider, threads });
    generator.start(rng.split('start', 'generator'));
    critic.start(rng.split('start', 'critic'));
    return new Learner(setup, { generator, critic, scorer });
  }

  /** Returns the mean of the critic's distance between real and made rows. */
  async pass(_epoch: number, rate: number): Promise<number> {
    const { rng, stepsPerPass, signal } = this.#setup;
    let total = 0;
    for (let i = 0; i < stepsPerPass; i++) {
      throwIfAborted(signal);
      const chance = rng.split('step', this.#networks.generator.step);
      total += await this.#criticStep(chance.split('critic'), rate);
      await this.#generatorStep(chance.split('generator'), rate);
    }
    return total / stepsPerPass;
  }

  async evaluate(): Promise<number> {
    const { split, rng, rows, shape, conditions, options } = this.#setup;
    const chance = rng.split('validation noise');
    const most = Math.min(split.validation.length, VALIDATION_ROWS);
    const places = split.validation.subarray(0, Math.floor(most / options.pac) * options.pac);
    if (places.length === 0) return 0;
    const many = shape.layout.choices.length;
    const asked = Array.from(places, (row): Condition | undefined => {
      if (conditions.length === 0) return undefined;
      const { choice } = conditions[chance.int(conditions.length)]!;
      const codeOf = (k: number): number => rows.codes[row * many + k]!;
      return { choice, code: codeOf(choice), labels: shape.labels.map(codeOf) };
    });
    const { distance } = await this.#networks.scorer.run({
      ...latentFeeds(asked, shape, chance),
      real: this.#real(places, asked),
      generator: this.#networks.generator.flat,
      critic: this.#networks.critic.flat,
    });
    return Number(distance!.data[0]);
  }

  /** The average of the generator's parameters, then of what its batch norms remember. */
  kept(): Float32Array {
    return keptNumbers(this.#networks.generator.average, value(this.#averaged));
  }

  snapshot(): NetworkState {
    const { generator, critic } = this.#networks;
    const remembered = Float32Array.from(this.#remembered.data, Number);
    const vectors = {
      ...trainerVectors(generator, 'generator.'),
      ...trainerVectors(critic, 'critic.'),
      remembered,
      averaged: this.#averaged.slice(),
    };
    return { step: generator.step, vectors };
  }

  restore(state: NetworkState): void {
    restoreTrainer(this.#networks.generator, state, 'generator.');
    restoreTrainer(this.#networks.critic, state, 'critic.');
    this.#remembered = value(Float32Array.from(vectorOf(state, 'remembered')));
    this.#averaged.set(vectorOf(state, 'averaged'));
  }

  async close(): Promise<void> {
    const { generator, critic, scorer } = this.#networks;
    await generator.close();
    await critic.close();
    await scorer.close();
  }

  async #criticStep(chance: Rng, rate: number): Promise<number> {
    const { shape, batchRows, conditions, split } = this.#setup;
    const packs = batchRows / shape.pac;
    const places = new Uint32Array(batchRows);
    const asked: (Condition | undefined)[] = [];
    // real rows stand in another order than the rows made for the same conditions
    const order = chance.permutation(batchRows);
    for (let i = 0; i < batchRows; i++) {
      if (conditions.length === 0) {
        places[i] = split.training[chance.int(split.training.length)]!;
        asked.push(undefined);
      } else {
        const drawn = this.#sampler.draw(chance);
        places[i] = drawn.row;
        asked.push(drawn);
      }
    }
    const width = 3 * chanceWidth(shape);
    const { distance } = await this.#networks.critic.advance(
      {
        ...latentFeeds(asked, shape, chance),
        real: this.#real(
          places.map((_, i) => places[order[i]!]!),
          asked.map((_, i) => asked[order[i]!]),
        ),
        generator: this.#networks.generator.flat,
        chance: value(dropoutNoise(chance, new Uint8Array(packs * width)), [packs, width]),
        share: value(
          Float32Array.from({ length: packs }, () => chance.next()),
          [packs, 1],
        ),
      },
      rate,
    );
    return Number(distance!.data[0]);
  }

  async #generatorStep(chance: Rng, rate: number): Promise<void> {
    const { shape, batchRows, conditions } = this.#setup;
    const packs = batchRows / shape.pac;
    const asked = Array.from({ length: batchRows }, (): Condition | undefined =>
      conditions.length === 0 ? undefined : this.#sampler.draw(chance),
    );
    const width = chanceWidth(shape);
    const { 'next.remembered': remembered } = await this.#networks.generator.advance(
      {
        ...latentFeeds(asked, shape, chance),
        remembered: this.#remembered,
        critic: this.#networks.critic.flat,
        chance: value(dropoutNoise(chance, new Uint8Array(packs * width)), [packs, width]),
        ...askedFeeds(asked, shape),
      },
      rate,
    );
    this.#remembered = remembered!;
    const share = 1 / Math.min(this.#networks.generator.step, this.#setup.averagedSteps);
    for (const [i, x] of remembered!.data.entries())
      this.#averaged[i]! += (Number(x) - this.#averaged[i]!) * share;
  }

  #real(places: Uint32Array, asked: readonly (Condition | undefined)[]): Value {
    const { rows, shape } = this.#setup;
    const flat = realRows(rows, places, { shape, asked });
    return value(flat, [places.length / shape.pac, shape.pac * rowWidth(shape)]);
  }
}

/** A generator to be trained, its step as {@link generatorLoss} has it. */
function createGenerator({ shape, options, averagedSteps }: LearnerSetup): Promise<Trainer> {
  const { provider, threads } = options;
  return Trainer.create(
    (graph, parameters) => {
      const { loss, remembered } = generatorLoss(graph, parameters, shape);
      return { loss, results: { 'next.remembered': remembered } };
    },
    { provider, threads, adam: ADAM, name: 'generator', average: averagedSteps },
  );
}
