import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import type { PackedModel } from '../packed-model.js';
import { packModel } from '../packed-model.js';
import type { FittedSynthesizer, PrivacySpend, SampleRequest, Synthesizer } from '../types.js';
import { fitAim } from './fit.js';
import type { AimModel } from './model.js';
import type { AimOptions, CompiledAim } from './options.js';
import { compileAim } from './options.js';
import type { BlockInput } from './sample-block.js';
import { loadAim, saveAim } from './store.js';

const BLOCK_ROWS = 4096;
/** Fewer rows where each needs many candidates. */
const CHOICE_BLOCK_ROWS = 512;
const here = new URL('./sample-block.js', import.meta.url).href;

class FittedAim implements FittedSynthesizer {
  readonly spent: PrivacySpend;
  readonly #model: AimModel;
  #packed: PackedModel<AimModel> | undefined;

  constructor(model: AimModel) {
    this.#model = model;
    const { epsilon, delta, unit } = model.receipt;
    this.spent = { kind: 'dp', epsilon, delta, unit };
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
      title: 'aim: draw rows',
      schema: model.schema,
      rows: n,
      blockRows: model.labels.some((c) => given.has(c)) ? CHOICE_BLOCK_ROWS : BLOCK_ROWS,
      rng: request.rng,
      given,
      module: here,
      input: (block): BlockInput => ({ ...block, model: packed }),
    };
  }

  save(dir: string): Promise<void> {
    return saveAim(dir, this.#model);
  }
}

export const aim: Synthesizer<AimOptions, CompiledAim> = {
  id: 'aim',
  title: 'AIM with private task heads',
  generation: 'data-driven',
  summary:
    'Noisy tables of the columns that matter, joined by a graphical model; labels from privately trained heads. The default with differential privacy.',
  budget: 'required',
  source:
    'McKenna, Mullins, Sheldon and Miklau 2022 (AIM, PVLDB 15:2599); McKenna, Sheldon and Miklau 2019 (graphical-model estimation, ICML)',
  compile: compileAim,
  fit: async (table, options, context) => new FittedAim(await fitAim(table, options, context)),
  load: async (dir) => new FittedAim(await loadAim(dir)),
};
