import { wilsonInterval } from '../../../numerics/index.js';
import type { Column, Table } from '../../../table/index.js';
import type { Layer, Metric } from '../../metric.js';
import { layer, metric, notComputable } from '../layer.js';
import type { CompiledValidation } from '../options.js';

/** Rows of a table that equal a row of another in every column. */
export interface Copies {
  readonly copied: number;
  readonly rows: number;
}

/** Counts the rows of `table` that stand, cell for cell, among the rows of `known` (aligned tables; missing equals missing). */
export function countCopies(table: Table, known: Table): Copies {
  const seen = new Set<string>();
  for (const key of rowKeys(known)) seen.add(key);
  let copied = 0;
  for (const key of rowKeys(table)) if (seen.has(key)) copied++;
  return { copied, rows: table.rows };
}

/** A row's cells as text. Only ever compared, never shown. */
function* rowKeys(table: Table): Generator<string> {
  for (let row = 0; row < table.rows; row++) yield table.columns.map((c) => cellKey(c, row)).join('|');
}

function cellKey(column: Column, row: number): string {
  if (column.valid[row] !== 1) return '';
  return String(column.type === 'numeric' ? column.values[row]! : column.codes[row]!);
}

/**
 * The validity layer: synthetic rows that copy a real train row, against the share among fresh real rows, which is what
 * chance and coarse columns make. A planted copy raises it to 1; a low share is no proof of privacy.
 */
export function copiesLayer(
  tables: { readonly train: Table; readonly test: Table; readonly synthetic: Table },
  options: CompiledValidation,
): Layer {
  const { train, test, synthetic } = tables;
  const id = 'validity.copies';
  const title = 'Rows that copy a real train row, above the share of fresh real rows';
  const head = { id: 'validity', title: 'Validity' };
  if (synthetic.rows === 0 || test.rows === 0) {
    const reason = 'There are no rows to compare.';
    return layer(head.id, head.title, [notComputable({ id, title, notComputable: reason, required: true })]);
  }
  const made = countCopies(synthetic, train);
  const fresh = countCopies(test, train);
  const interval = (
    c: Copies,
    method: string,
  ): { low: number; high: number; level: number; method: string } => ({
    ...wilsonInterval(c.copied, c.rows, options.level),
    level: options.level,
    method,
  });
  const metrics: Metric[] = [
    metric({
      id,
      title,
      value: made.copied / made.rows - fresh.copied / fresh.rows,
      n: made.rows,
      method: 'rows equal in every modelled column; share of synthetic rows − share of real test rows',
      goal: 'min',
      range: [-1, 1],
      threshold: options.thresholds.copies,
    }),
    metric({
      id: 'validity.copied-share',
      title: 'Share of rows that copy a real train row',
      value: made.copied / made.rows,
      ci: interval(made, 'Wilson'),
      n: made.rows,
      method: 'rows equal in every modelled column',
      goal: 'min',
      range: [0, 1],
      threshold: null,
    }),
    metric({
      id: 'validity.baseline-share',
      title: 'The same share among real test rows',
      value: fresh.copied / fresh.rows,
      ci: interval(fresh, 'Wilson'),
      n: fresh.rows,
      method: 'rows equal in every modelled column',
      goal: 'min',
      range: [0, 1],
      threshold: null,
    }),
  ];
  return layer(head.id, head.title, metrics);
}
