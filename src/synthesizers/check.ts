import { DataError } from '../core/index.js';
import type { CategoricalColumn, Table } from '../table/index.js';

/** With fewer rows every value would pass into the output almost one by one. */
const MIN_ROWS = 20;

/** A categorical column in which so large a share of the values stand once is an identifier. */
const IDENTIFIER_SHARE = 0.8;

/**
 * Refuses tables that no synthesizer here can model.
 * @throws DataError `KEY_COLUMN`, `NO_COLUMNS`, `TOO_FEW_ROWS`, `IDENTIFIER_COLUMN`.
 */
export function checkTable(table: Table): void {
  const keys = table.schema.filter((s) => s.role === 'key').map((s) => s.name);
  if (keys.length > 0) {
    throw new DataError('KEY_COLUMN', `The table still has its key columns: ${keys.join(', ')}.`, {
      expected: 'columns that may be modelled',
      fix: 'leave key columns out of the table that is fitted; they identify people',
    });
  }
  if (table.columns.length === 0) {
    throw new DataError('NO_COLUMNS', 'The table has no columns to model.');
  }
  if (table.rows < MIN_ROWS) {
    throw new DataError('TOO_FEW_ROWS', 'The table has too few rows to learn from.', {
      expected: `at least ${MIN_ROWS} rows`,
      got: `${table.rows} rows`,
      fix: 'widen the cohort; a model of so few people would repeat them',
    });
  }
  const identifiers = table.columns
    .filter((c): c is CategoricalColumn => c.type === 'categorical' && isIdentifier(c))
    .map((c) => c.schema.name);
  if (identifiers.length > 0) {
    throw new DataError('IDENTIFIER_COLUMN', `Almost every value is unique in: ${identifiers.join(', ')}.`, {
      expected: 'categories that several rows share',
      fix: "give such a column the role 'key', leave it out, or group its values (for example diagnosis codes into chapters)",
    });
  }
}

function isIdentifier(column: CategoricalColumn): boolean {
  const counts = categoryCounts(column);
  let present = 0;
  let distinct = 0;
  for (const count of counts) {
    present += count;
    if (count > 0) distinct++;
  }
  return present >= MIN_ROWS && distinct >= IDENTIFIER_SHARE * present;
}

/** Rows of each category. */
export function categoryCounts(column: CategoricalColumn): Uint32Array {
  const counts = new Uint32Array(column.schema.categories.length);
  for (let i = 0; i < column.codes.length; i++) if (column.valid[i] === 1) counts[column.codes[i]!]!++;
  return counts;
}
