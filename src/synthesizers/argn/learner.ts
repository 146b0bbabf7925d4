import type { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, mean, sum, value } from '../../tensor/index.js';
import type { Split } from '../training/index.js';
import { AveragedLearner, AveragedNetwork } from '../training/index.js';
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
  readonly split: Split;
  /** Rows of a step. */
  readonly batchRows: number;
  readonly options: CompiledArgn;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** Orders that validation rows are scored in. */
const VALIDATION_CHUNKS = 8;
/** As in PyTorch's AdamW, which the paper uses. */
const WEIGHT_DECAY = 0.01;

/** Steps that the average of parameters looks back on. */
const AVERAGED_STEPS = 200;

/** A network in training. What a step draws hangs on the step's number alone, so training goes on from any checkpoint. */
export class Learner extends AveragedLearner {
  readonly #setup: LearnerSetup;

  private constructor(setup: LearnerSetup, network: AveragedNetwork) {
    super(network);
    this.#setup = setup;
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { layout, options, batchRows, rng } = setup;
    const { dropout: rate, provider, threads } = options;
    const network = await AveragedNetwork.create({
      trained: (graph, parameters) => {
        const losses = openLosses(parameters, networkInputs(graph, layout, rate > 0), { ...setup, rate });
        return mean(sum(losses, { axes: [1] }));
      },
      scored: (graph, parameters) =>
        sum(openLosses(parameters, networkInputs(graph, layout, false), { ...setup, rate: 0 }), {
          axes: [1],
        }),
      averagedSteps: AVERAGED_STEPS,
      batchRows,
      adam: { weightDecay: WEIGHT_DECAY },
      provider,
      threads,
      rng,
    });
    return new Learner(setup, network);
  }

  /** One pass over the rows. Returns the mean loss of a row. */
  async pass(epoch: number, rate: number): Promise<number> {
    const { rng, split, batchRows, signal } = this.#setup;
    const { training: rows } = split;
    const shuffled = rng.split('epoch', epoch).permutation(rows.length);
    const steps = Math.max(1, Math.round(rows.length / batchRows));
    return this.network.pass(
      steps,
      (step, i) => {
        const from = Math.floor((i * rows.length) / steps);
        const to = Math.floor(((i + 1) * rows.length) / steps);
        const some = shuffled.subarray(from, to).map((place) => rows[place]!);
        return { feeds: this.#feeds(some, step), learningRate: rate, weight: some.length };
      },
      signal,
    );
  }

  /** Mean loss of rows without dropout, in a few fixed orders. */
  async evaluate(): Promise<number> {
    const { rng, options, split } = this.#setup;
    const { validation: rows } = split;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    let total = 0;
    for (let chunk = 0; chunk < VALIDATION_CHUNKS; chunk++) {
      const from = Math.floor((chunk * rows.length) / VALIDATION_CHUNKS);
      const to = Math.floor(((chunk + 1) * rows.length) / VALIDATION_CHUNKS);
      if (from === to) continue;
      const drawn = (chunk + 0.5) / VALIDATION_CHUNKS < drawingOrder;
      total += await this.network.score({
        codes: codesOf(this.#setup, rows.subarray(from, to)),
        rank: value(ranksOf(this.#setup, drawn ? undefined : rng.split('validation order', chunk))),
      });
    }
    return total / rows.length;
  }

  #feeds(rows: Uint32Array, step: number): Record<string, Value> {
    const { rng, layout, options } = this.#setup;
    const { drawingOrder = plainDefaults.drawingOrder } = options;
    const units = layout.hidden.reduce((total, h) => total + h, 0);
    const chance = rng.split('step', step);
    const drawn = chance.next() < drawingOrder;
    return {
      codes: codesOf(this.#setup, rows),
      rank: value(ranksOf(this.#setup, drawn ? undefined : chance)),
      ...(options.dropout > 0 && {
        noise: value(dropoutNoise(chance, new Uint8Array(rows.length * units)), [rows.length, units]),
      }),
    };
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
