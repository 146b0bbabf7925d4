import type { ColumnSchema, Table } from '../../table/index.js';
import type { Coder } from './coder.js';
import { encode } from './coder.js';
import type { LogShares } from './network.js';
import type { Parts } from './parts.js';
import { deciders, partCode } from './parts.js';
import { sameCodes } from './same.js';

/** Codes of all variables, row by row. */
export interface CodedTable {
  readonly rows: number;
  readonly codes: Int32Array;
}

/** Columns in the order in which they are drawn: labels last. */
export function drawingOrder(schema: readonly ColumnSchema[]): number[] {
  const isLabel = (c: number): number => Number(schema[c]!.role === 'label');
  return [...schema.keys()].sort((a, b) => isLabel(a) - isLabel(b) || a - b);
}

export function codeRows(table: Table, coders: readonly Coder[], parts: Parts): CodedTable {
  const variables = parts.parts.length;
  const codes = new Int32Array(table.rows * variables);
  for (const [c, column] of table.columns.entries()) {
    const ofColumn = parts.ofColumn[c]!;
    if (ofColumn.length === 0) continue;
    const coded = encode(coders[c]!, column);
    const same = sameCodes(coders[c]!, column, (source) => table.columns[source]);
    for (const part of ofColumn) {
      if (parts.parts[part]!.role === 'same') {
        for (let row = 0; row < table.rows; row++) codes[row * variables + part] = same[row]!;
        continue;
      }
      for (let row = 0; row < table.rows; row++)
        codes[row * variables + part] = partCode(parts, part, { code: coded[row]!, coder: coders[c]! });
    }
  }
  return { rows: table.rows, codes };
}

/** How often each code of a variable occurs [size]; of a place in a group, group by group [groups · size]. */
export type Counts = readonly Float32Array[];

export function emptyCounts({ parts }: Parts): Float32Array[] {
  return parts.map(
    ({ size, parent }) => new Float32Array((parent === undefined ? 1 : parts[parent]!.size) * size),
  );
}

/** Counts of the codes of some rows; with `open`, of those only that no other variable decides. */
export function countsOf(
  { codes }: Pick<CodedTable, 'codes'>,
  parts: Parts,
  rows: Uint32Array,
  open = false,
): Counts {
  const variables = parts.parts.length;
  const counts = emptyCounts(parts);
  for (const [v, part] of parts.parts.entries()) {
    const { size, parent } = part;
    const deciding = open ? deciders(part) : [];
    for (const row of rows) {
      if (deciding.some((d) => codes[row * variables + d]! > 0)) continue;
      const group = parent === undefined ? 0 : codes[row * variables + parent]!;
      counts[v]![group * size + codes[row * variables + v]!]!++;
    }
  }
  return counts;
}

/** Log shares of the codes, each counted half a row more; of places, within each group. */
export function logShares({ parts }: Parts, counts: Counts): LogShares {
  return parts.map(({ size, parent }, v) => {
    const groups = parent === undefined ? 1 : parts[parent]!.size;
    const shares = counts[v]!.map((n) => n + 0.5);
    for (let group = 0; group < groups; group++) {
      const some = shares.subarray(group * size, (group + 1) * size);
      const total = some.reduce((sum, n) => sum + n, 0);
      for (let k = 0; k < size; k++) some[k] = Math.log(some[k]! / total);
    }
    return shares;
  });
}
