import type { Table } from '../../table/index.js';
import type { Dependence } from '../dependence.js';

/**
 * The order in which columns are drawn: anchors, features, labels. Within each the table's order, or next the
 * column about which the columns already placed tell most (so that its tree has the best to ask).
 */
export function columnOrder(table: Table, dependence: Dependence, order: 'dependence' | 'table'): number[] {
  const placed: number[] = [];
  const strongest = new Float64Array(table.columns.length);
  const place = (column: number): void => {
    placed.push(column);
    for (let j = 0; j < strongest.length; j++) {
      strongest[j] = Math.max(strongest[j]!, dependence[column]![j]!);
    }
  };
  for (const role of ['anchor', 'feature', 'label'] as const) {
    const waiting = new Set([...table.columns.keys()].filter((c) => table.columns[c]!.schema.role === role));
    while (waiting.size > 0) {
      let next = -1;
      for (const c of waiting) {
        if (next < 0 || (order === 'dependence' && role === 'feature' && strongest[c]! > strongest[next]!))
          next = c;
        if (order === 'table' || role !== 'feature') break;
      }
      waiting.delete(next);
      place(next);
    }
  }
  return placed;
}

/** The `most` earlier columns that tell most about a column, in the order of drawing. */
export function predecessorsOf(
  order: readonly number[],
  at: number,
  dependence: Dependence,
  most: number,
): number[] {
  const earlier = order.slice(0, at);
  if (earlier.length <= most) return earlier;
  const tells = dependence[order[at]!]!;
  const kept = new Set([...earlier].sort((a, b) => tells[b]! - tells[a]! || a - b).slice(0, most));
  return earlier.filter((c) => kept.has(c));
}
