import type { Rng } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import { sharedFloat64 } from '../../table/index.js';
import type { BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import type { PackedModel } from '../packed-model.js';
import { packModel } from '../packed-model.js';
import type { FitContext, FittedSynthesizer, PrivacySpend, SampleRequest, Synthesizer } from '../types.js';
import { fitReweight } from './fit.js';
import type { ReweightModel, UnmatchedTable } from './model.js';
import type { CompiledReweight, ReweightOptions } from './options.js';
import { compileReweight } from './options.js';
import type { BlockInput } from './sample-block.js';
import { drawRecords } from './sample-block.js';
import { loadReweight, saveReweight } from './store.js';

const BLOCK_ROWS = 4096;
const here = new URL('./sample-block.js', import.meta.url).href;

/** Weighted public records. */
export class FittedReweight implements FittedSynthesizer {
  readonly spent: PrivacySpend;
  readonly #model: ReweightModel;
  #packed: PackedModel<ReweightModel> | undefined;

  constructor(model: ReweightModel) {
    this.#model = model;
    const { epsilon, delta, unit } = model.receipt;
    this.spent = { kind: 'dp', epsilon, delta, unit };
  }

  /** Weight of each public record, in their order; they sum to 1. */
  get weights(): Float64Array {
    return Float64Array.from(this.#model.weights);
  }

  /** How many records of equal weight would scatter as these do: 1 / Σ w² (Kish 1965, Survey Sampling, §11.7). */
  get effectiveRecords(): number {
    return 1 / this.#model.weights.reduce((sum, w) => sum + w * w, 0);
  }

  /**
   * Noisy share of real rows that lie in cells which no public record has, for each measured table: weights cannot bring them in.
   * The most certain (share less two errors) comes first.
   */
  get unmatched(): readonly UnmatchedTable[] {
    const sure = ({ share, error }: UnmatchedTable): number => share - 2 * error;
    return [...this.#model.unmatched].sort((a, b) => sure(b) - sure(a));
  }

  /** Numbers of `n` public records, drawn by weight: for whole records with more than the fitted columns. */
  drawRecords(n: number, rng: Rng): Uint32Array {
    return drawRecords(this.#model.weights, n, rng);
  }

  async sample(n: number, request: SampleRequest, context: RunContext): Promise<Table> {
    return sampleInBlocks(this.#blocks(n, request), context);
  }

  stream(n: number, request: SampleRequest, context: RunContext): AsyncIterable<Table> {
    return streamInBlocks(this.#blocks(n, request), context);
  }

  #blocks(n: number, request: SampleRequest): BlockRequest {
    const model = this.#model;
    const given = readGiven(model.schema, n, request.given);
    this.#packed ??= packModel(model);
    const packed = this.#packed;
    return {
      title: 'reweight: draw records',
      schema: model.schema,
      rows: n,
      blockRows: BLOCK_ROWS,
      rng: request.rng,
      given,
      module: here,
      input: (block): BlockInput => ({ ...block, model: packed }),
    };
  }

  save(dir: string): Promise<void> {
    return saveReweight(dir, this.#model);
  }
}

/** {@link createReweight}'s synthesizer; its models tell more than others. */
export interface ReweightSynthesizer extends Synthesizer<ReweightOptions, CompiledReweight> {
  fit(table: Table, options: CompiledReweight, context: FitContext): Promise<FittedReweight>;
  load(dir: string): Promise<FittedReweight>;
}

/**
 * A synthesizer whose rows are whole records of a public table, drawn by weights that are fitted to the real table under differential
 * privacy. It needs that table, so it is not in the registry.
 * @param publicTable records that owe nothing to the real ones (simulated patients, an older public release), with all columns of
 * the tables that will be fitted; further columns may be read with {@link FittedReweight.drawRecords}.
 */
export function createReweight(publicTable: Table): ReweightSynthesizer {
  return {
    id: 'reweight',
    title: 'Reweighted public records',
    generation: 'hybrid',
    summary:
      'Whole public (for example simulated) records, drawn by weights fitted to noisy tables of the real ones: coherent records with an ε.',
    budget: 'required',
    source: 'Liu, Vietri, Steinke, Ullman and Wu 2021 (PMW^Pub, ICML)',
    compile: compileReweight,
    fit: async (table, options, context) => {
      const model = await fitReweight({ table, publicTable, options }, context);
      const weights = sharedFloat64(model.weights.length);
      weights.set(model.weights);
      return new FittedReweight({ ...model, weights });
    },
    load: async (dir) => new FittedReweight(await loadReweight(dir)),
  };
}
