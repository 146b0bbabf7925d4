import type { RunContext } from '../../runtime/index.js';
import { Table } from '../../table/index.js';
import type { BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import type { PackedModel } from '../packed-model.js';
import { packModel } from '../packed-model.js';
import { spentOf } from '../receipt.js';
import type { EpochRecord } from '../training/index.js';
import { trainingRecord } from '../training/index.js';
import type {
  FittedSynthesizer,
  PrivacySpend,
  SampleRequest,
  Synthesizer,
  TrainingRecord,
} from '../types.js';
import { fitArgn } from './fit.js';
import { fitPrivately } from './private-fit.js';
import type { ArgnModel } from './model.js';
import type { ArgnOptions, CompiledArgn } from './options.js';
import { compileArgn } from './options.js';
import type { BlockInput } from './sample-block.js';
import { logProbabilities } from './score.js';
import { loadArgn, saveArgn } from './store.js';

const BLOCK_ROWS = 4096;
const here = new URL('./sample-block.js', import.meta.url).href;

/** A fitted network: it draws, fills in and scores. */
export class FittedArgn implements FittedSynthesizer {
  readonly spent: PrivacySpend;
  readonly #model: ArgnModel;
  #packed: PackedModel<ArgnModel> | undefined;

  constructor(model: ArgnModel) {
    this.#model = model;
    this.spent = spentOf(model.receipt);
  }

  /** Losses after each pass over the rows. */
  get curve(): readonly EpochRecord[] {
    return this.#model.curve;
  }

  get training(): TrainingRecord | undefined {
    return trainingRecord(this.#model, { loss: 'nats a row' });
  }

  async sample(n: number, request: SampleRequest, context: RunContext): Promise<Table> {
    return sampleInBlocks(this.#blocks(n, request, false), context);
  }

  stream(n: number, request: SampleRequest, context: RunContext): AsyncIterable<Table> {
    return streamInBlocks(this.#blocks(n, request, false), context);
  }

  /**
   * The same rows with every missing cell drawn from what the row's present cells leave open. A column that was always missing stays so.
   * @throws UserError for columns that the model does not have.
   */
  async impute(table: Table, request: Pick<SampleRequest, 'rng'>, context: RunContext): Promise<Table> {
    return sampleInBlocks(this.#blocks(table.rows, { ...request, given: table }, true), context);
  }

  /**
   * Log probability (nats) of each row's cells, those of numbers by their bins; of columns named in `given` it is taken as known. A cell that is
   * never drawn gives −∞. @throws UserError for columns that the model does not have.
   */
  logProbability(table: Table, given: readonly string[] = []): Float64Array {
    const columns = readGiven(this.#model.schema, table.rows, table);
    return logProbabilities(this.#model, columns, { rows: table.rows, given: new Set(given) });
  }

  #blocks(n: number, request: SampleRequest, impute: boolean): BlockRequest {
    const model = this.#model;
    this.#packed ??= packModel(model);
    const packed = this.#packed;
    return {
      title: 'argn: draw rows',
      schema: model.schema,
      rows: n,
      blockRows: BLOCK_ROWS,
      rng: request.rng,
      given: readGiven(model.schema, n, request.given),
      module: here,
      input: (block): BlockInput => ({ ...block, model: packed, impute }),
    };
  }

  save(dir: string): Promise<void> {
    return saveArgn(dir, this.#model);
  }
}

export const argn: Synthesizer<ArgnOptions, CompiledArgn> = {
  id: 'argn',
  title: 'Any-order autoregressive network (TabularARGN)',
  generation: 'data-driven',
  summary:
    'One small network a column, trained in random orders, so that any columns can be given and the others drawn, filled in or scored. For conditions and imputation, and for columns of many categories.',
  budget: 'optional',
  source:
    'Tiwald et al. 2025, "TabularARGN: A Flexible and Efficient Auto-Regressive Framework for Generating High-Fidelity Synthetic Data", arXiv 2501.12012',
  compile: compileArgn,
  fit: async (table, options, context) =>
    new FittedArgn(await (context.curator === undefined ? fitArgn : fitPrivately)(table, options, context)),
  load: async (dir) => new FittedArgn(await loadArgn(dir)),
};
