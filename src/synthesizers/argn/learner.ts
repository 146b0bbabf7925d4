import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, Graph, mean, Parameters, Session, sum, Trainer, value } from '../../tensor/index.js';
import { AveragedNetwork } from '../training/index.js';
import type { Layout, LogShares } from './network.js';
import { networkInputs, openLosses } from './network.js';
import type { CompiledArgn } from './options.js';
import { plainDefaults } from './options.js';
import type { Parts } from './parts.js';

export interface LearnerSetup {
  readonly parts: Parts;
  readonly layout: Layout;
  readonly shares: LogShares;
  /** Codes of all rows, row by row. */
  readonly codes: Int32Array;
  /** Columns in the order in which rows are drawn. */
  readonly order: readonly number[];
  readonly options: CompiledArgn;
  readonly rng: Rng;
}

export interface EpochRequest {
  readonly epoch: number;
  readonly batchRows: number;
  readonly rate: number;
  readonly signal: AbortSignal | undefined;
}

/** Orders that validation rows are scored in. */
const VALIDATION_CHUNKS = 8;
/** As in PyTorch's AdamW, which the paper uses. */
const WEIGHT_DECAY = 0.01;

/** Steps that the average of parameters looks back on. */
const AVERAGED_STEPS = 200;

/** A network in training. What a step draws hangs on the step's number alone, so training goes on from any checkpoint. */
export class Learner {
  readonly #setup: LearnerSetup;
  readonly #network: AveragedNetwork;

  private constructor(setup: LearnerSetup, network: AveragedNetwork) {
    this.#setup = setup;
    this.#network = network;
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { layout, options, rng } = setup;
    const { dropout: rate, provider, threads } = options;
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const losses = openLosses(parameters, networkInputs(graph, layout, rate > 0), { ...setup, rate });
        return { loss: mean(sum(losses, { axes: [1] })) };
      },
      { provider, threads, adam: { weightDecay: WEIGHT_DECAY } },
    );
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const losses = openLosses(parameters, networkInputs(graph, layout, false), { ...setup, rate: 0 });
    parameters.seal();
    const scorer = await Session.create(graph.encode({ losses: sum(losses, { axes: [1] }) }), {
      provider,
      threads,
    });
    trainer.start(rng.split('start'));
    return new Learner(setup, new AveragedNetwork({ trainer, scorer, steps: AVERAGED_STEPS }));
  }

  /** One pass over the rows. Returns the mean loss of a row. */
  async epoch(rows: Uint32Array, { epoch, batchRows, rate, signal }: EpochRequest): Promise<number> {
    const { rng, layout, options } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    const units = layout.hidden.reduce((total, h) => total + h, 0);
    const shuffled = rng.split('epoch', epoch).permutation(rows.length);
    const steps = Math.max(1, Math.round(rows.length / batchRows));
    let total = 0;
    for (let step = 0; step < steps; step++) {
      throwIfAborted(signal);
      const from = Math.floor((step * rows.length) / steps);
      const to = Math.floor(((step + 1) * rows.length) / steps);
      const chance = rng.split('step', this.#network.step);
      const drawn = chance.next() < drawingOrder;
      const feeds = {
        codes: codesOf(
          this.#setup,
          shuffled.subarray(from, to).map((place) => rows[place]!),
        ),
        rank: value(ranksOf(this.#setup, drawn ? undefined : chance)),
        ...(options.dropout > 0
          ? { noise: value(dropoutNoise(chance, new Uint8Array((to - from) * units)), [to - from, units]) }
          : {}),
      };
      total += (await this.#network.advance(feeds, rate)) * (to - from);
    }
    return total / rows.length;
  }

  /** Mean loss of rows without dropout, in a few fixed orders. */
  async evaluate(rows: Uint32Array): Promise<number> {
    const { rng, options } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    let total = 0;
    for (let chunk = 0; chunk < VALIDATION_CHUNKS; chunk++) {
      const from = Math.floor((chunk * rows.length) / VALIDATION_CHUNKS);
      const to = Math.floor(((chunk + 1) * rows.length) / VALIDATION_CHUNKS);
      if (from === to) continue;
      const drawn = (chunk + 0.5) / VALIDATION_CHUNKS < drawingOrder;
      total += await this.#network.score({
        codes: codesOf(this.#setup, rows.subarray(from, to)),
        rank: value(ranksOf(this.#setup, drawn ? undefined : rng.split('validation order', chunk))),
      });
    }
    return total / rows.length;
  }

  /** What is scored and kept, and where training goes on from. */
  get network(): AveragedNetwork {
    return this.#network;
  }
}

/** Codes [rows, variables] of some rows, followed by zeros up to `length` rows. */
export function codesOf(
  { codes, layout }: Pick<LearnerSetup, 'codes' | 'layout'>,
  rows: Uint32Array,
  length = rows.length,
): Value {
  const variables = layout.sizes.length;
  const out = new Int32Array(length * variables);
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i]! * variables;
    for (let v = 0; v < variables; v++) out[i * variables + v] = codes[at + v]!;
  }
  return value(out, [length, variables]);
}

/** Place of each variable: columns in the drawing order, or in a random one. */
export function ranksOf({ order, parts }: Pick<LearnerSetup, 'order' | 'parts'>, chance?: Rng): Float32Array {
  const columns = chance === undefined ? order : chance.split('order').shuffle([...order]);
  const ranks = new Float32Array(parts.parts.length);
  let next = 0;
  for (const column of columns) for (const part of parts.ofColumn[column]!) ranks[part] = next++;
  return ranks;
}
