import type { Rng } from '../core/index.js';
import type { RunContext, WorkerCall } from '../runtime/index.js';
import type { Column, ColumnSchema } from '../table/index.js';
import { Table } from '../table/index.js';
import { emptyColumn, sliceColumn, writeColumn } from './columns.js';

/** What one block of rows is drawn from. */
export interface Block {
  /** Key of the block's stream. */
  readonly key: string;
  readonly rows: number;
  /** Fixed columns, by their place in the table; each holds the block's rows. */
  readonly given: ReadonlyMap<number, Column>;
}

export interface BlockRequest {
  /** For the progress line. */
  readonly title: string;
  readonly schema: readonly ColumnSchema[];
  readonly rows: number;
  readonly blockRows: number;
  readonly rng: Rng;
  readonly given: ReadonlyMap<number, Column>;
  /** `import.meta.url` of the module whose `sampleBlock(input)` returns the block's columns in the order of the schema (whose own `schema` counts for nothing). */
  readonly module: string;
  readonly input: (block: Block) => unknown;
}

/** Blocks that each thread draws before the next lot is handed out. */
const BLOCKS_PER_THREAD = 4;

/**
 * Draws rows block by block on the pool, each block from a stream of its own, and hands them out in order. While the reader works on
 * one lot of blocks the next is drawn and no more, so memory does not depend on the number of rows.
 */
export async function* streamInBlocks(request: BlockRequest, context: RunContext): AsyncGenerator<Table> {
  const { schema, rows, blockRows } = request;
  // every block's columns get the one schema: what a thread sends back may leave it out (categories can be many)
  const shared = schema.map((s) => ({ ...s, categories: s.categories ?? [] }));
  const inSchema = (column: Column, c: number): Column =>
    column.type === 'numeric' ? { ...column, schema: schema[c]! } : { ...column, schema: shared[c]! };
  const blocks = Math.ceil(rows / blockRows);
  const lot = BLOCKS_PER_THREAD * context.pool.size;
  const task = context.progress.task(request.title, rows);
  const drawLot = (from: number): Promise<Column[][]> => {
    const numbers = Array.from({ length: Math.min(lot, blocks - from) }, (_, i) => from + i);
    const drawn = context.pool.map<Column[]>(
      numbers.map((block) => blockCall(request, block)),
      { signal: context.signal },
    );
    drawn.catch(() => undefined); // a reader that stops early waits for nobody; one that goes on meets the error below
    return drawn;
  };
  let next = drawLot(0);
  try {
    for (let from = 0; from < blocks; from += lot) {
      const drawn = await next;
      if (from + lot < blocks) next = drawLot(from + lot);
      for (const columns of drawn) {
        const n = columns[0]?.valid.length ?? Math.min(blockRows, rows);
        yield new Table(n, columns.map(inSchema));
        task.advance(n);
      }
    }
  } finally {
    await next.catch(() => undefined);
    task.done();
  }
}

/** All rows of {@link streamInBlocks} as one table. */
export async function sampleInBlocks(request: BlockRequest, context: RunContext): Promise<Table> {
  const columns = request.schema.map((schema) => emptyColumn(schema, request.rows));
  let at = 0;
  for await (const block of streamInBlocks(request, context)) {
    for (const [c, column] of columns.entries()) writeColumn(column, at, block.columns[c]!);
    at += block.rows;
  }
  return new Table(request.rows, columns);
}

function blockCall({ rows, blockRows, rng, given, module, input }: BlockRequest, block: number): WorkerCall {
  const start = block * blockRows;
  const end = Math.min(start + blockRows, rows);
  return {
    module,
    task: 'sampleBlock',
    input: input({
      key: rng.split('block', block).key,
      rows: end - start,
      given: new Map([...given].map(([c, column]) => [c, sliceColumn(column, start, end)])),
    }),
  };
}
