import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../runtime/index.js';
import type { RunContext } from '../../runtime/index.js';
import { Table } from '../../table/index.js';
import { badModel } from '../bundle.js';
import { checkTable } from '../check.js';
import type {
  FitContext,
  FittedSynthesizer,
  PrivacySpend,
  SampleRequest,
  Synthesizer,
  TrainingRecord,
} from '../types.js';
import { invertGiven } from './given.js';
import type { Relations } from './model.js';
import { relationsSchema } from './model.js';
import { restoreColumns } from './restore.js';

const FILE = 'relations.json';
const INNER = 'model';

/** A model whose rows keep relations. */
export interface RelatedModel extends FittedSynthesizer {
  /** The table with its determined columns computed anew, e.g. after other columns were changed. */
  restore(table: Table): Table;
}

/** A model of a table's free columns; determined ones are restored in every row it draws. */
class FittedRelations implements RelatedModel {
  readonly #inner: FittedSynthesizer;
  readonly #relations: Relations;

  constructor(inner: FittedSynthesizer, relations: Relations) {
    this.#inner = inner;
    this.#relations = relations;
  }

  get spent(): PrivacySpend {
    return this.#inner.spent;
  }

  get training(): TrainingRecord | undefined {
    return this.#inner.training;
  }

  restore(table: Table): Table {
    return this.#relations.relations.length === 0 ? table : restoreColumns(table, this.#relations);
  }

  async sample(n: number, request: SampleRequest, context: RunContext): Promise<Table> {
    return restoreColumns(await this.#inner.sample(n, this.#inverted(n, request), context), this.#relations);
  }

  async *stream(n: number, request: SampleRequest, context: RunContext): AsyncGenerator<Table> {
    for await (const block of this.#inner.stream(n, this.#inverted(n, request), context))
      yield restoreColumns(block, this.#relations);
  }

  async save(dir: string): Promise<void> {
    await mkdir(path.join(dir, INNER));
    await this.#inner.save(path.join(dir, INNER));
    await writeFileAtomic(path.join(dir, FILE), `${JSON.stringify(this.#relations, null, 1)}\n`);
  }

  #inverted(n: number, { given, rng }: SampleRequest): SampleRequest {
    return { rng, given: invertGiven(given, n, this.#relations, rng) };
  }
}

/**
 * Fits any synthesizer to the columns that do not follow from others; the rest is computed at sampling, so no drawn row can break a
 * relation. Found relations are data: under differential privacy pass declared ones only.
 * @throws whatever the synthesizer throws, and DataError of `checkTable` where no free column is left.
 */
export async function fitWithRelations<C>(
  synthesizer: Synthesizer<never, C>,
  table: Table,
  request: { readonly relations: Relations; readonly options: C; readonly context: FitContext },
): Promise<RelatedModel> {
  const { relations, options, context } = request;
  const free = freeColumns(table, relations);
  if (free.columns.length === 0) checkTable(free);
  return new FittedRelations(await synthesizer.fit(free, options, context), relations);
}

/** Reads what `save` of {@link fitWithRelations} wrote. @throws DataError `BAD_MODEL`. */
export async function loadWithRelations(
  synthesizer: Synthesizer<never, unknown>,
  dir: string,
): Promise<RelatedModel> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path.join(dir, FILE), 'utf8'));
  } catch (cause) {
    throw badModel(dir, `${FILE} cannot be read`, cause);
  }
  const parsed = relationsSchema.safeParse(json);
  if (!parsed.success) throw badModel(dir, `${FILE} does not have the expected form`, parsed.error);
  return new FittedRelations(await synthesizer.load(path.join(dir, INNER)), parsed.data);
}

/** The columns that a model learns. */
function freeColumns(table: Table, { relations }: Relations): Table {
  const determined = new Set(relations.map((r) => r.column));
  return new Table(
    table.rows,
    table.columns.filter((c) => !determined.has(c.schema.name)),
  );
}
