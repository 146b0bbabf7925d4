import { InternalError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Column, Table } from '../../table/index.js';
import type { BlockRequest } from '../blocks.js';
import { sampleInBlocks, streamInBlocks } from '../blocks.js';
import { readGiven } from '../given.js';
import { refuseCurator } from '../private.js';
import type { FittedSynthesizer, PrivacySpend, SampleRequest, Synthesizer } from '../types.js';
import { fitCopula } from './fit.js';
import type { CopulaModel } from './model.js';
import type { CompiledCopula, CopulaOptions } from './options.js';
import { compileCopula } from './options.js';
import { cholesky } from './positive.js';
import type { BlockInput } from './sample-block.js';
import { loadCopula, saveCopula } from './store.js';

const BLOCK_ROWS = 4096;
const here = new URL('./sample-block.js', import.meta.url).href;

class FittedCopula implements FittedSynthesizer {
  readonly spent: PrivacySpend = {
    kind: 'none',
    reason: 'Marginals and correlations are taken from the records without noise, so no ε can be claimed.',
  };
  readonly #model: CopulaModel;

  constructor(model: CopulaModel) {
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
    const { order, factor } = drawingOrder(model, given);
    return {
      title: 'copula: draw rows',
      schema: model.schema,
      rows: n,
      blockRows: BLOCK_ROWS,
      rng: request.rng,
      given,
      module: here,
      input: (block): BlockInput => ({ ...block, model, order, factor }),
    };
  }

  save(dir: string): Promise<void> {
    return saveCopula(dir, this.#model);
  }
}

/** Latents of fixed columns first, and the Cholesky factor of the correlations in that order. */
function drawingOrder(
  { latents, correlations }: CopulaModel,
  given: ReadonlyMap<number, Column>,
): { order: number[]; factor: Float64Array } {
  const all = [...latents.keys()];
  const isFixed = (l: number): boolean => given.has(latents[l]!.column);
  const order = [...all.filter(isFixed), ...all.filter((l) => !isFixed(l))];
  const d = order.length;
  const permuted = Float64Array.from({ length: d * d }, (_, at) => {
    return correlations[order[Math.floor(at / d)]! * d + order[at % d]!]!;
  });
  const factor = cholesky(permuted, d);
  if (factor === undefined)
    throw new InternalError('NOT_POSITIVE', 'The correlations are not positive definite.');
  return { order, factor };
}

export const copula: Synthesizer<CopulaOptions, CompiledCopula> = {
  id: 'copula',
  title: 'Gaussian copula',
  generation: 'data-driven',
  summary:
    'Each column by its own distribution, joined by the correlations of normal scores. A fast baseline that sees pairs only.',
  budget: 'refused',
  source: 'Nelsen 2006 (An Introduction to Copulas); Cario and Nelson 1997 (NORTA) for mixed columns',
  compile: compileCopula,
  fit: (table, options, context) =>
    Promise.resolve().then(() => {
      refuseCurator(context, 'copula');
      return new FittedCopula(fitCopula(table, options, context));
    }),
  load: async (dir) => new FittedCopula(await loadCopula(dir)),
};
