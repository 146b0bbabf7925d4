import { DataError, InternalError } from '../../../core/index.js';
import type { Cell, ColumnSchema } from '../../../table/index.js';
import { cellOf, columnFromCells, Table } from '../../../table/index.js';

/** Histories: what is known of each whole one, and its steps. */
export interface Sequences {
  /** One row a sequence, e.g. the patient. May have no columns. */
  readonly context: Table;
  /** All steps: those of the first sequence in their order, then those of the second, and so on. Times are columns, best as time since the step before. */
  readonly steps: Table;
  /** Where the steps of each sequence begin, and last the number of all steps [sequences + 1]. */
  readonly starts: Uint32Array;
}

/** @throws InternalError `SEQUENCES` where the parts do not fit together; DataError `NO_SEQUENCES` where there is nothing to learn. */
export function checkSequences({ context, steps, starts }: Sequences): void {
  const ascending = starts.every((start, i) => i === 0 || start >= starts[i - 1]!);
  if (starts.length !== context.rows + 1 || starts[0] !== 0 || starts.at(-1) !== steps.rows || !ascending) {
    throw new InternalError(
      'SEQUENCES',
      `${context.rows} sequences and ${steps.rows} steps do not fit their starts.`,
    );
  }
  if (context.rows < 2 || steps.rows === 0 || steps.columns.length === 0) {
    throw new DataError('NO_SEQUENCES', 'There are no histories to learn from.', {
      expected: 'two sequences or more, and steps with a column',
      got: `${context.rows} sequences, ${steps.rows} steps of ${steps.columns.length} columns`,
    });
  }
}

/** Where histories stand in two flat tables. */
export interface SequenceColumns {
  /** Column of both tables that says whose row it is; a row of the context for each of its values. */
  readonly key: string;
  /** Numeric column of the steps by which they are ordered; in `Sequences` it holds the time since the step before (the first step's: itself). Default: as they stand. */
  readonly time?: string | undefined;
}

/**
 * Histories from a context table and a table of steps.
 * @throws DataError `NO_CONTEXT_ROW` for steps of nobody, `TWO_CONTEXT_ROWS`, `NO_STEP_TIME` for a time that is missing (each with their number, never with values).
 */
export function joinSequences(context: Table, steps: Table, { key, time }: SequenceColumns): Sequences {
  const places = new Map<Cell, number>();
  const owners = context.column(key);
  for (let row = 0; row < context.rows; row++) places.set(cellOf(owners, row), row);
  if (places.size !== context.rows)
    throw new DataError('TWO_CONTEXT_ROWS', `Column '${key}' of the context names somebody twice.`, {
      expected: 'one row for each',
      got: `${context.rows - places.size} rows too many`,
    });
  const keys = steps.column(key);
  const times = time === undefined ? undefined : steps.column(time);
  const rows: { owner: number; at: number; row: number }[] = [];
  let [unknown, timeless] = [0, 0];
  for (let row = 0; row < steps.rows; row++) {
    const owner = places.get(cellOf(keys, row));
    const at = times === undefined ? 0 : cellOf(times, row);
    if (owner === undefined) unknown++;
    else if (typeof at !== 'number') timeless++;
    else rows.push({ owner, at, row });
  }
  if (unknown > 0)
    throw new DataError('NO_CONTEXT_ROW', 'Some steps belong to nobody.', {
      expected: `a row of the context for each value of '${key}'`,
      got: `${unknown} steps without one`,
    });
  if (timeless > 0)
    throw new DataError('NO_STEP_TIME', `Some steps have no number in '${time}'.`, {
      got: `${timeless} steps`,
    });
  rows.sort((a, b) => a.owner - b.owner || a.at - b.at || a.row - b.row);
  const starts = new Uint32Array(context.rows + 1);
  for (const { owner } of rows) starts[owner + 1]!++;
  for (let i = 0; i < context.rows; i++) starts[i + 1]! += starts[i]!;
  const gap = (i: number): number => {
    const { owner, at } = rows[i]!;
    return rows[i - 1]?.owner === owner ? at - rows[i - 1]!.at : at;
  };
  const cells = steps.columns
    .filter(({ schema }) => schema.name !== key)
    .map((column) =>
      column.schema.name === time
        ? columnFromCells(
            gapSchema(column.schema),
            rows.map((_, i) => gap(i)),
          )
        : columnFromCells(
            column.schema,
            rows.map(({ row }) => cellOf(column, row)),
          ),
    );
  const known = context.columns.filter(({ schema }) => schema.name !== key);
  return { context: new Table(context.rows, known), steps: new Table(rows.length, cells), starts };
}

/** Limits and cut points of a time say nothing about what lies between two. */
function gapSchema(schema: ColumnSchema): ColumnSchema {
  const { name, kind, role, missing, unit, decimals, description } = schema;
  const rest = { unit, decimals, description };
  const known = Object.entries(rest).filter(([, x]) => x !== undefined);
  return { name, kind, role, missing, ...Object.fromEntries(known) };
}

/** The two flat tables again: a key 0, 1, 2, … for the sequences, and times instead of what lies between steps. */
export function splitSequences(
  { context, steps, starts }: Sequences,
  { key, time }: SequenceColumns,
): { readonly context: Table; readonly steps: Table } {
  const keySchema: ColumnSchema = { name: key, kind: 'count', role: 'key', missing: false };
  const owner = new Array<number>(steps.rows).fill(0);
  for (let i = 0; i < context.rows; i++) owner.fill(i, starts[i], starts[i + 1]);
  let now = 0;
  const columns = steps.columns.map((column) => {
    if (column.schema.name !== time) return column;
    const cells = owner.map((of, row) => {
      const gap = cellOf(column, row);
      now = (row > 0 && owner[row - 1] === of ? now : 0) + (typeof gap === 'number' ? gap : 0);
      return now;
    });
    return columnFromCells(column.schema, cells);
  });
  const ids = Array.from({ length: context.rows }, (_, i) => i);
  return {
    context: new Table(context.rows, [columnFromCells(keySchema, ids), ...context.columns]),
    steps: new Table(steps.rows, [columnFromCells(keySchema, owner), ...columns]),
  };
}
