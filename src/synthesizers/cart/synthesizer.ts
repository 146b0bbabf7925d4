import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import type { PackedModel } from '../packed-model.js';
import { packModel } from '../packed-model.js';
import { refuseCurator } from '../private.js';
import type { FittedSynthesizer, PrivacySpend, SampleRequest, Synthesizer } from '../types.js';
import { fitCart } from './fit.js';
import type { CartModel } from './model.js';
import type { CartOptions, CompiledCart } from './options.js';
import { compileCart } from './options.js';
import type { BlockInput } from './sample-block.js';
import { lastLateColumn } from './sample-block.js';
import { loadCart, saveCart } from './store.js';

const BLOCK_ROWS = 4096;
/** Fewer rows where each needs many candidates. */
const CHOICE_BLOCK_ROWS = 512;
const here = new URL('./sample-block.js', import.meta.url).href;

class FittedCart implements FittedSynthesizer {
  readonly spent: PrivacySpend = {
    kind: 'none',
    reason:
      'Trees are fitted to the records without noise, so no ε can be claimed; the size of the leaves limits how closely a row can follow a person.',
  };
  readonly #model: CartModel;
  #packed: PackedModel<CartModel> | undefined;

  constructor(model: CartModel) {
    this.#model = model;
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
      title: 'cart: draw rows',
      schema: model.schema,
      rows: n,
      blockRows: lastLateColumn(model.order, given) < 0 ? BLOCK_ROWS : CHOICE_BLOCK_ROWS,
      rng: request.rng,
      given,
      module: here,
      input: (block): BlockInput => ({ ...block, model: packed }),
    };
  }

  save(dir: string): Promise<void> {
    return saveCart(dir, this.#model);
  }
}

export const cart: Synthesizer<CartOptions, CompiledCart> = {
  id: 'cart',
  title: 'Sequential trees (CART)',
  generation: 'data-driven',
  summary:
    'Sequential trees: each column is drawn from real values of people alike in the columns before. The default without differential privacy.',
  budget: 'refused',
  source:
    'Reiter 2005 (Journal of Official Statistics 21:441); Nowok, Raab and Dibben 2016 (synthpop, Journal of Statistical Software 74:11)',
  compile: compileCart,
  fit: async (table, options, context) => {
    refuseCurator(context, 'cart');
    return new FittedCart(await fitCart(table, options, context));
  },
  load: async (dir) => new FittedCart(await loadCart(dir)),
};
