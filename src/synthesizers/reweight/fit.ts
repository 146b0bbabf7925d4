import { DataError, PrivacyError, throwIfAborted, UserError } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { ColumnSchema } from '../../table/index.js';
import { Table } from '../../table/index.js';
import type { CodedTable } from '../coding.js';
import { encodeTable } from '../coding.js';
import { readGiven } from '../given.js';
import { measureOneWay } from '../one-way.js';
import { requireCurator } from '../private.js';
import type { FitContext } from '../types.js';
import type { Candidate, Measurement } from '../workload.js';
import { candidatesOf, countsOf } from '../workload.js';
import type { ReweightModel } from './model.js';
import type { CompiledReweight } from './options.js';
import { RecordWeights } from './weights.js';

const SPENDABLE = 1 - 1e-9;
const ROUNDS_PER_COLUMN = 2;
const LAST_FIT = 10;

/** What is fitted: the real table, touched behind the curator only, and the public one. */
export interface ReweightRequest {
  readonly table: Table;
  readonly publicTable: Table;
  readonly options: CompiledReweight;
}

/**
 * Weights for public records so that their tables come close to noisy tables of the real ones: one-way tables first, then in each round the
 * table that the weighted records get most wrong (exponential mechanism on the L1 error, as AIM does).
 */
export async function fitReweight(request: ReweightRequest, context: FitContext): Promise<ReweightModel> {
  const { table, publicTable, options } = request;
  const curator = requireCurator(table, context, 'reweight');
  const records = publicRecords(table, publicTable);
  checkOptions(table, options);
  const budget = SPENDABLE * curator.left;
  if (!(budget > 0)) {
    throw new PrivacyError('BUDGET_SPENT', 'Nothing is left of the privacy budget to weigh records with.');
  }
  curator.declare({
    purpose: 'domain',
    about: `declared or released domain of ${table.columns.length} columns`,
  });
  curator.declare({ purpose: 'domain', about: `${records.rows} public records` });
  const { coders, tables, total } = measureOneWay({
    table,
    curator,
    rho: options.oneWayShare * budget,
    ...options,
  });
  const weights = new RecordWeights(encodeTable(coders, records.columns));
  for (const measurement of tables) weights.add(measurement);
  const rounds = options.rounds ?? ROUNDS_PER_COLUMN * coders.length;
  const chooser = new Chooser(
    { curator, options, rounds, rho: (1 - options.oneWayShare) * budget, total },
    encodeTable(coders, table.columns),
    table.schema,
  );
  const task = context.progress.task('reweight: choose and measure tables', rounds);
  for (let round = 0; round < rounds; round++) {
    throwIfAborted(context.signal);
    weights.fit(total, options.iterations);
    weights.add(chooser.measure(weights));
    task.advance();
    await new Promise((resume) => setImmediate(resume)); // lets signals and progress through
  }
  weights.fit(total, LAST_FIT * options.iterations);
  task.done();
  const { schema } = table;
  return {
    schema,
    options,
    columns: records.columns,
    weights: weights.weights,
    unmatched: weights.unmatched().map((u) => ({ ...u, columns: u.columns.map((c) => schema[c]!.name) })),
    total,
    receipt: curator.receipt(),
  };
}

interface Spending {
  readonly curator: Curator;
  readonly options: CompiledReweight;
  readonly rounds: number;
  readonly rho: number;
  readonly total: number;
}

class Chooser {
  readonly #spending: Spending;
  readonly #names: readonly string[];
  readonly #candidates: readonly Candidate[];
  readonly #counts: readonly Uint32Array[];
  readonly #sensitivity: number;
  #sigma: number;

  constructor(spending: Spending, coded: CodedTable, schema: readonly ColumnSchema[]) {
    const { degree, maxCells, columnWeights } = spending.options;
    this.#spending = spending;
    this.#names = schema.map((s) => s.name);
    this.#candidates = candidatesOf({
      sizes: coded.sizes,
      degree,
      maxCells,
      columnWeights: this.#names.map((name) => columnWeights[name] ?? 1),
    });
    this.#counts = this.#candidates.map((candidate) => countsOf(coded, candidate));
    this.#sensitivity = this.#candidates.reduce((most, { weight }) => Math.max(most, weight), 0);
    // nearly; the first measurement tells
    this.#sigma = spending.curator.rowsPerUnit / Math.sqrt(2 * this.#measureRho());
  }

  measure(weights: RecordWeights): Measurement {
    const { curator, rho, rounds, options } = this.#spending;
    const place = curator.choose({
      purpose: 'selection',
      about: `the table that the weighted records get most wrong, of ${this.#candidates.length}`,
      rowSensitivity: this.#sensitivity,
      rho: (rho * options.selectShare) / rounds,
      scores: () => this.#scores(weights),
    });
    const { columns } = this.#candidates[place]!;
    const noisy = curator.sums({
      purpose: 'measurement',
      about: `table ${columns.map((c) => this.#names[c]).join(' × ')}`,
      rowNorm: 1,
      rho: this.#measureRho(),
      sums: () => Float64Array.from(this.#counts[place]!),
    });
    this.#sigma = noisy.sigma;
    return { columns, values: noisy.values, weights: noisy.values.map(() => noisy.sigma ** -2) };
  }

  #measureRho(): number {
    const { rho, rounds, options } = this.#spending;
    return (rho * (1 - options.selectShare)) / rounds;
  }

  #scores(weights: RecordWeights): Float64Array {
    return Float64Array.from(this.#candidates, ({ columns, cells, weight }, i) => {
      const shares = weights.sharesOf(columns);
      const real = this.#counts[i]!;
      let error = 0;
      for (let k = 0; k < cells; k++) error += Math.abs(real[k]! - this.#spending.total * shares[k]!);
      return weight * (error - Math.sqrt(2 / Math.PI) * this.#sigma * cells);
    });
  }
}

/** The public records in the fitted table's schema; checks by schemas and public values alone. */
function publicRecords(table: Table, publicTable: Table): Table {
  const absent = table.schema.filter((s) => !publicTable.has(s.name)).map((s) => s.name);
  if (absent.length > 0) {
    throw new UserError(
      'PUBLIC_COLUMNS',
      `The public records lack columns: ${absent.slice(0, 20).join(', ')}.`,
      {
        expected: 'public records with every column of the table',
        fix: 'leave these columns out of the table, or make public records that have them',
      },
    );
  }
  if (publicTable.rows === 0) {
    throw new DataError('NO_ROWS', 'There are no public records to weigh.');
  }
  const names = table.schema.map((s) => s.name);
  const keys = table.schema.filter((s) => s.role === 'key').map((s) => s.name);
  if (keys.length > 0) {
    throw new DataError('KEY_COLUMN', `The table still has its key columns: ${keys.join(', ')}.`, {
      fix: 'leave key columns out of the table that is fitted; they identify people',
    });
  }
  // read like fixed columns: matched by name, categories too
  const read = readGiven(table.schema, publicTable.rows, publicTable.select(names));
  return new Table(
    publicTable.rows,
    names.map((_, c) => read.get(c)!),
  );
}

function checkOptions(table: Table, { columnWeights }: CompiledReweight): void {
  const unknown = Object.keys(columnWeights).filter((name) => !table.has(name));
  if (unknown.length === 0) return;
  throw new UserError(
    'NO_COLUMN',
    `The options name columns that the table has not: ${unknown.join(', ')}.`,
    {
      expected: 'columns of the table in columnWeights',
    },
  );
}
