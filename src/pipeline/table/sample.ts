import type { Writable } from 'node:stream';
import { UserError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Synthesizer } from '../../synthesizers/index.js';
import type { ColumnSchema, Table } from '../../table/index.js';
import { writeCsvBlocks, writeParquetBlocks } from '../../table/index.js';
import { writeDates } from './dates.js';
import type { DrawCounts } from './draw.js';
import { drawRows } from './draw.js';
import type { TableManifest } from './manifest.js';
import { constraintsOf, openTableModel } from './model.js';
import { readConstraintsFile } from './request.js';
import { parseWhere } from './where.js';

/** What is to be drawn, and where it goes. */
export interface SampleTableRequest {
  /** Folder of the model. */
  readonly model: string;
  /** Default: as many rows as were learned from, where the model may tell. */
  readonly rows?: number | undefined;
  /** Conditions such as `has_diabetes=1` and `age>=65`. */
  readonly where?: readonly string[];
  /** A file (`.parquet` by its ending, else CSV), or a stream that gets CSV. */
  readonly target: string | Writable;
  readonly constraintsFile?: string | undefined;
  readonly seed: number;
  /** Rows that may be tried for each row asked for, on average. Default 1000. */
  readonly mostTries?: number | undefined;
  /** The synthesizer, where it is not a registered one. */
  readonly synthesizer?: Synthesizer<unknown, unknown> | undefined;
}

/** What was drawn. */
export interface SampleTableResult {
  readonly rows: number;
  readonly columns: number;
  readonly counts: DrawCounts;
  readonly constraints: readonly {
    readonly id: string;
    readonly text: string;
    readonly handle: 'repair' | 'reject';
  }[];
  readonly privacy: TableManifest['privacy'];
  readonly seconds: number;
}

/**
 * Draws rows from a model and writes them as they come, in bounded memory. Constraints are kept by repair or by drawing again;
 * conditions are given to the model where it can take them.
 * @throws UserError `BAD_WHERE`, `ROWS`, `TOO_FEW_ROWS_KEPT`, `GIVEN_*`, `WRITE_*`; DataError `NO_MODEL`, `NEWER_MODEL`, `BAD_MODEL`.
 */
export async function sampleTable(
  request: SampleTableRequest,
  context: RunContext,
): Promise<SampleTableResult> {
  const startedMs = context.clock.now();
  const model = await openTableModel(request.model, request.synthesizer);
  const { manifest } = model;
  const other =
    request.constraintsFile === undefined ? undefined : await readConstraintsFile(request.constraintsFile);
  const constraints = constraintsOf(manifest, other);
  const rows = rowsOf(request.rows, manifest);
  const where = parseWhere(request.where ?? [], manifest.columns);
  const { blocks, counts } = drawRows(
    model,
    {
      rows,
      where,
      constraints,
      rng: context.rng.split('sample', request.seed),
      mostTries: request.mostTries,
    },
    context,
  );
  const shown = shownSchema(manifest);
  const written = await write(request.target, shown, inForm(blocks, manifest));
  return {
    rows: written,
    columns: shown.length,
    counts,
    constraints: constraints.map(({ id, text, handle }) => ({ id, text, handle })),
    privacy: manifest.privacy,
    seconds: (context.clock.now() - startedMs) / 1000,
  };
}

function rowsOf(asked: number | undefined, manifest: TableManifest): number {
  const rows = asked ?? manifest.rows?.train;
  if (rows !== undefined && Number.isSafeInteger(rows) && rows >= 1) return rows;
  throw new UserError(
    'ROWS',
    rows === undefined ? 'It is not said how many rows to draw.' : 'The number of rows does not fit.',
    {
      expected: 'a whole number from 1 on',
      ...(rows === undefined ? {} : { got: String(rows) }),
      fix: 'give -n, for example -n 10000 (a model with differential privacy does not tell how many rows it learned from)',
    },
  );
}

function write(
  target: string | Writable,
  schema: readonly ColumnSchema[],
  blocks: AsyncGenerator<Table>,
): Promise<number> {
  if (typeof target === 'string' && /\.parquet$/i.test(target))
    return writeParquetBlocks(target, schema, blocks);
  return writeCsvBlocks(target, schema, blocks);
}

/** Columns as they are written: dates are texts. */
function shownSchema({ columns, dates }: TableManifest): ColumnSchema[] {
  return columns.map((s) =>
    s.name in dates
      ? { name: s.name, role: s.role, missing: s.missing, kind: 'categorical', categories: [] }
      : s,
  );
}

/** Blocks in the model's order of columns, with dates as dates. */
async function* inForm(
  blocks: AsyncGenerator<Table>,
  { columns, dates }: TableManifest,
): AsyncGenerator<Table> {
  const names = columns.map((s) => s.name);
  for await (const block of blocks) yield writeDates(block.select(names), dates);
}
