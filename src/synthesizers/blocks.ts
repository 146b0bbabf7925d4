import type { Rng } from '../core/index.js';
import type { RunContext } from '../runtime/index.js';
import type { Column, ColumnSchema } from '../table/index.js';
import { Table } from '../table/index.js';
import { concatColumns, sliceColumn } from './columns.js';

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
  /** `import.meta.url` of the module whose `sampleBlock(input)` returns the block's columns in the order of the schema. */
  readonly module: string;
  readonly input: (block: Block) => unknown;
}

/** Draws rows block by block on the pool, each block from a stream of its own, and joins them. */
export async function sampleInBlocks(request: BlockRequest, context: RunContext): Promise<Table> {
  const { schema, rows, blockRows, given } = request;
  const task = context.progress.task(request.title, rows);
  const starts = Array.from({ length: Math.ceil(rows / blockRows) }, (_, block) => block * blockRows);
  const calls = starts.map((start, block) => {
    const end = Math.min(start + blockRows, rows);
    const input = request.input({
      key: request.rng.split('block', block).key,
      rows: end - start,
      given: new Map([...given].map(([c, column]) => [c, sliceColumn(column, start, end)])),
    });
    return { module: request.module, task: 'sampleBlock', input };
  });
  const blocks = await context.pool.map<Column[]>(calls, {
    signal: context.signal,
    onDone: () => {
      task.advance(Math.min(blockRows, rows));
    },
  });
  task.done();
  const columns = schema.map((s, c) =>
    concatColumns(
      s,
      blocks.map((block) => block[c]!),
    ),
  );
  return new Table(rows, columns);
}
