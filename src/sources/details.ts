import { sqlString } from '../duckdb/index.js';

/** The JSON text of an event's details as SQL: the fields whose SQL expression is not NULL, in the given order; NULL when none is. */
export function detailsSql(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(
    ([name, sql]) => `${sqlString(`${JSON.stringify(name)}:`)} || to_json(${sql})`,
  );
  return `'{' || nullif(concat_ws(',', ${parts.join(', ')}), '') || '}'`;
}
