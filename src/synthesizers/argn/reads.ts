import type { Table } from '../../table/index.js';
import type { Dependence } from '../dependence.js';
import { dependenceOf } from '../dependence.js';
import type { Coder } from './coder.js';
import { sourcesOf } from './coder.js';

/** Tables of more columns are wide. */
const WIDE = 32;
/** Columns that a predictor of a wide table reads. */
export const MOST_READ = 12;

/**
 * For each column the others that its predictor reads: those that tell most about it by mutual information, and its sources. Labels read all, and
 * everybody reads the labels: with few rows the others are noise to it, and weights. Undefined where every predictor reads all: where the table is not wide.
 */
export function chooseReads(table: Table, coders: readonly Coder[]): number[][] | undefined {
  const d = table.columns.length;
  if (d <= WIDE) return undefined;
  const dependence = dependenceOf(table);
  const isLabel = (c: number): boolean => table.columns[c]!.schema.role === 'label';
  return table.columns.map((_, c) => readsOf(c, { dependence, isLabel, sources: sourcesOf(coders[c]!) }));
}

function readsOf(
  column: number,
  known: { dependence: Dependence; isLabel: (c: number) => boolean; sources: readonly number[] },
): number[] {
  const { dependence, isLabel, sources } = known;
  const tells = dependence[column]!;
  const others = [...tells.keys()].filter((c) => c !== column);
  if (isLabel(column)) return others;
  const first = (c: number): number => Number(sources.includes(c) || isLabel(c));
  return others
    .sort((a, b) => first(b) - first(a) || tells[b]! - tells[a]! || a - b)
    .slice(0, MOST_READ)
    .sort((a, b) => a - b);
}
