import { sqlString } from '../duckdb/index.js';

/** A staged CSV file with its header as a relation of typed columns; empty cells are NULL. */
export function stagedRelation(file: string, columns: Readonly<Record<string, string>>): string {
  const list = Object.entries(columns)
    .map(([name, type]) => `${sqlString(name)}: ${sqlString(type)}`)
    .join(', ');
  return `read_csv(${sqlString(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    max_line_size = 20000000, columns = {${list}})`;
}
