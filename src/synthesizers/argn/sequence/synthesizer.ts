import type { Rng } from '../../../core/index.js';
import { UserError } from '../../../core/index.js';
import type { RunContext } from '../../../runtime/index.js';
import { Table } from '../../../table/index.js';
import { expectedOf, refuseBadModel } from '../../collapse.js';
import { concatColumns, sliceColumn } from '../../columns.js';
import { readGiven } from '../../given.js';
import type { PackedModel } from '../../packed-model.js';
import { packModel } from '../../packed-model.js';
import type { EpochRecord } from '../../training/index.js';
import type { FitContext, PrivacySpend } from '../../types.js';
import { codeRows } from '../coded-table.js';
import { FittedArgn } from '../synthesizer.js';
import { HistoryWalker } from './draw.js';
import { fitSequences, outputOrder } from './fit.js';
import type { ArgnSequenceModel } from './model.js';
import { sequenceWeights } from './model.js';
import type { ArgnSequenceOptions, CompiledArgnSequence } from './options.js';
import { compileArgnSequence } from './options.js';
import type { DrawnBlock, HistoryBlock } from './sample-block.js';
import { sampleHistories } from './sample-block.js';
import { loadSequences, saveSequences } from './store.js';
import type { Sequences } from './sequences.js';
import { checkSequences } from './sequences.js';

const BLOCK = 256;
const here = new URL('./sample-block.js', import.meta.url).href;

/** A fitted model of histories: it draws and scores. */
export class FittedArgnSequences {
  readonly spent: PrivacySpend = {
    kind: 'none',
    reason: 'The network is trained on the records without noise, so no ε can be claimed.',
  };
  readonly #model: ArgnSequenceModel;
  #packed: PackedModel<ArgnSequenceModel> | undefined;

  constructor(model: ArgnSequenceModel) {
    this.#model = model;
  }

  /** Losses after each pass, in nats a step (the end of a history counts as one). */
  get curve(): readonly EpochRecord[] {
    return this.#model.curve;
  }

  /**
   * Histories of new contexts, or of those given. Each block of 256 has a stream of its own, so the bytes do not depend on the number of threads.
   * @throws UserError for contexts that the model does not know the columns of.
   */
  async sample(
    request: { readonly rng: Rng } & ({ readonly n: number } | { readonly context: Table }),
    run: RunContext,
  ): Promise<Sequences> {
    const { rng } = request;
    const context =
      'context' in request ? this.#known(request.context) : await this.#contexts(request.n, rng, run);
    this.#packed ??= packModel(this.#model);
    const model = this.#packed;
    const blocks = Array.from({ length: Math.ceil(context.rows / BLOCK) }, (_, block): HistoryBlock => {
      const [from, to] = [block * BLOCK, Math.min((block + 1) * BLOCK, context.rows)];
      const columns = context.columns.map((column) => sliceColumn(column, from, to));
      return { model, key: rng.split('histories', block).key, rows: to - from, context: columns };
    });
    const drawn = await run.pool.map<DrawnBlock>(
      blocks.map((input) => ({ module: here, task: 'sampleHistories', input })),
      { signal: run.signal },
    );
    const starts = new Uint32Array(context.rows + 1);
    for (const [i, length] of drawn.flatMap(({ lengths }) => [...lengths]).entries())
      starts[i + 1] = starts[i]! + length;
    const columns = this.#model.schema.map((schema, c) =>
      concatColumns(
        schema,
        drawn.map((block) => block.columns[c]!),
      ),
    );
    return { context, steps: new Table(starts.at(-1)!, columns), starts };
  }

  /** Log probability (nats) of each history given its context: of all its steps, by their codes, and of its end. */
  logProbability(data: Sequences): Float64Array {
    checkSequences(data);
    const model = this.#model;
    const weights = sequenceWeights(model);
    const walker = new HistoryWalker(weights);
    const context = codeRows(data.context, model.context.coders, weights.contextParts).codes;
    const steps = codeRows(data.steps, model.coders, weights.stepParts).codes;
    const [ofContext, ofStep] = [weights.contextParts.parts.length, weights.stepParts.parts.length];
    const order = outputOrder(model.schema, weights.stepParts).order.slice(1);
    return Float64Array.from({ length: data.context.rows }, (_, i) => {
      walker.start(context.subarray(i * ofContext, (i + 1) * ofContext));
      let sum = 0;
      for (let s = data.starts[i]!; s < data.starts[i + 1]!; s++) {
        sum += walker.scoreEnd(false);
        sum += walker.scoreStep(order, steps.subarray(s * ofStep, (s + 1) * ofStep));
      }
      return sum + walker.scoreEnd(true);
    });
  }

  /** Writes the model into an existing, empty folder. */
  async save(dir: string): Promise<void> {
    await saveSequences(dir, this.#model);
  }

  #known(context: Table): Table {
    const { schema } = this.#model.context;
    const given = readGiven(schema, context.rows, context);
    const missing = schema.filter((_, c) => !given.has(c)).map(({ name }) => name);
    if (missing.length > 0) {
      throw new UserError('NO_CONTEXT', 'The contexts lack columns.', {
        expected: schema.map(({ name }) => name).join(', '),
        got: `none named ${missing.join(', ')}`,
        fix: 'give all columns that the histories were learned with, or draw contexts by giving their number',
      });
    }
    return new Table(
      context.rows,
      schema.map((_, c) => given.get(c)!),
    );
  }

  async #contexts(n: number, rng: Rng, run: RunContext): Promise<Table> {
    const { context } = this.#model;
    if (context.schema.length === 0) return new Table(n, []);
    return new FittedArgn(context).sample(n, { rng: rng.split('contexts') }, run);
  }
}

/** Draws histories of the first block of contexts and holds their steps against those learned from. @throws as `refuseBadModel`. */
function refuseBadHistories(model: ArgnSequenceModel, data: Sequences, key: string): Promise<void> {
  const rows = Math.min(BLOCK, data.context.rows);
  const context = data.context.columns.map((column) => sliceColumn(column, 0, rows));
  return refuseBadModel(
    model,
    expectedOf(data.steps.columns),
    () => sampleHistories({ model: packModel(model), key, rows, context }).columns,
  );
}

/**
 * The sequential form of `argn`: histories of steps, each given all before it and the context. As in Tiwald et al. 2025 (section on sequential data): a
 * context table, a history encoder, any order of columns within a step, the end as a variable. Otherwise: the history is encoded by traces that fade at
 * several rates instead of an LSTM, so that training has no loop over time.
 */
export const argnSequences = {
  compile: compileArgnSequence,
  fit: async (
    data: Sequences,
    options: CompiledArgnSequence,
    context: FitContext,
  ): Promise<FittedArgnSequences> => {
    const model = await fitSequences(data, options, context);
    await refuseBadHistories(model, data, context.rng.split('argn sequences', 'probe').key);
    return new FittedArgnSequences(model);
  },
  load: async (dir: string): Promise<FittedArgnSequences> =>
    new FittedArgnSequences(await loadSequences(dir)),
} satisfies {
  compile(options: ArgnSequenceOptions): CompiledArgnSequence;
  fit(data: Sequences, options: CompiledArgnSequence, context: FitContext): Promise<FittedArgnSequences>;
  load(dir: string): Promise<FittedArgnSequences>;
};
