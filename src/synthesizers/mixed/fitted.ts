import type { PrivacyReceipt } from '../../privacy/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { ColumnSchema, Table } from '../../table/index.js';
import type { Block, BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import type { PackedModel } from '../packed-model.js';
import { packModel } from '../packed-model.js';
import type { OpenNetwork } from '../../tensor/index.js';
import type { EpochRecord, NetworkManual, RecordRequest } from '../training/index.js';
import { trainingRecord } from '../training/index.js';
import { spentOf } from '../receipt.js';
import type { FittedSynthesizer, PrivacySpend, SampleRequest, TrainingRecord } from '../types.js';
import type { Coder } from './coder.js';
import { saveNetwork } from './store.js';

/** What every model here has; each adds its options and what else drawing needs. */
export interface NetworkModel {
  readonly schema: readonly ColumnSchema[];
  readonly coders: readonly Coder[];
  readonly curve: readonly EpochRecord[];
  /** What was promised and spent, with a budget. */
  readonly receipt?: PrivacyReceipt | undefined;
  /** All numbers of the networks that draw. */
  readonly parameters: Float32Array;
}

/** Which synthesizer a model is of. */
export interface NetworkKind<M> {
  readonly id: string;
  /** URL of the module whose `sampleBlock` draws from a {@link NetworkBlock}. */
  readonly module: string;
  /** The network that draws, for {@link NetworkModel.parameters}; none where a table is constant. */
  readonly network: (model: Omit<M, 'parameters'>) => OpenNetwork | undefined;
  readonly manual: (model: M) => NetworkManual;
  /** What the curve shows, and how training ended. */
  readonly record: RecordRequest;
}

/** What a block of rows is drawn from. */
export interface NetworkBlock<M> extends Block {
  readonly model: PackedModel<M>;
}

const BLOCK_ROWS = 4096;

/** A fitted network: rows are drawn block by block on the pool. */
export class FittedNetwork<M extends NetworkModel> implements FittedSynthesizer {
  readonly spent: PrivacySpend;
  readonly #model: M;
  readonly #kind: NetworkKind<M>;
  #packed: PackedModel<M> | undefined;

  constructor(model: M, kind: NetworkKind<M>) {
    this.#model = model;
    this.#kind = kind;
    this.spent = spentOf(model.receipt);
  }

  /** Losses after each pass. */
  get curve(): readonly EpochRecord[] {
    return this.#model.curve;
  }

  get training(): TrainingRecord | undefined {
    return trainingRecord(this.#model, this.#kind.record);
  }

  async sample(n: number, request: SampleRequest, context: RunContext): Promise<Table> {
    return sampleInBlocks(this.#blocks(n, request), context);
  }

  stream(n: number, request: SampleRequest, context: RunContext): AsyncIterable<Table> {
    return streamInBlocks(this.#blocks(n, request), context);
  }

  #blocks(n: number, request: SampleRequest): BlockRequest {
    const { schema } = this.#model;
    this.#packed ??= packModel(this.#model);
    const packed = this.#packed;
    return {
      title: `${this.#kind.id}: draw rows`,
      schema,
      rows: n,
      blockRows: BLOCK_ROWS,
      rng: request.rng,
      given: readGiven(schema, n, request.given),
      module: this.#kind.module,
      input: (block): NetworkBlock<M> => ({ ...block, model: packed }),
    };
  }

  save(dir: string): Promise<void> {
    return saveNetwork(dir, this.#kind, this.#model);
  }
}
