import type { Cell, Column, ColumnSchema } from '../../table/index.js';
import { columnFromCells } from '../../table/index.js';
import { groupOf } from '../blueprint/index.js';
import type { PlannedColumn } from './plan.js';

/** The category that rare ones are merged into. */
const otherCategory = 'other';
/** Categories of every binary column, [negative, positive]. */
const noYes = ['no', 'yes'] as const;

/** Which rows belong to the train part. */
export type TrainMask = Uint8Array;

/** Builds a planned column from what its SQL yielded. Categories are chosen on train rows only. */
export function finishColumn(plan: PlannedColumn, cells: readonly Cell[], train: TrainMask): Column {
  const schema = (kind: ColumnSchema['kind'], missing: boolean, decimals?: number): ColumnSchema => ({
    name: plan.name,
    kind,
    role: plan.role,
    ...(plan.unit === undefined ? {} : { unit: plan.unit }),
    missing,
    ...(decimals === undefined ? {} : { decimals }),
    description: plan.description,
  });
  const missing = cells.includes(null);
  switch (plan.kind) {
    case 'continuous':
    case 'count':
      return columnFromCells(schema(plan.kind, missing, plan.decimals ?? decimalsIn(cells)), cells);
    case 'binary':
      return binaryColumn(schema('binary', missing), cells);
    case 'categorical':
      return plan.role === 'key'
        ? columnFromCells(schema('categorical', missing), cells)
        : categoricalColumn(schema('categorical', missing), plan, { cells, train });
  }
}

/** 1 → yes, 0 → no. */
export function binaryColumn(schema: ColumnSchema, cells: readonly Cell[]): Column {
  const named = cells.map((cell) => (cell === null ? null : noYes[cell === 1 ? 1 : 0]));
  return columnFromCells({ ...schema, categories: noYes }, named);
}

function categoricalColumn(
  schema: ColumnSchema,
  plan: PlannedColumn,
  data: { readonly cells: readonly Cell[]; readonly train: TrainMask },
): Column {
  const group = plan.group ?? 'code';
  const texts = grouped(data.cells, (text) => groupOf(group, withoutSystem(text, group)));
  const merged = mergeRare(texts, data.train, plan.otherBelow ?? 0);
  return columnFromCells({ ...schema, missing: merged.includes(null) }, merged);
}

/** Texts that occur in fewer than `otherBelow` train rows become {@link otherCategory}. */
export function mergeRare(
  texts: readonly (string | null)[],
  train: TrainMask,
  otherBelow: number,
): (string | null)[] {
  const counts = countOn(texts, train);
  return texts.map((text) => (text === null || (counts.get(text) ?? 0) >= otherBelow ? text : otherCategory));
}

/** Grouped codes are compared without their system; a code or text that is taken as it is keeps it. */
function withoutSystem(text: string, group: string): string {
  const at = group === 'code' ? -1 : text.indexOf('//');
  return at < 0 ? text : text.slice(at + 2);
}

/** Applies a rule to each cell, once per distinct text. */
export function grouped(cells: readonly Cell[], rule: (text: string) => string | null): (string | null)[] {
  const known = new Map<string, string | null>();
  return cells.map((cell) => {
    if (cell === null) return null;
    const text = String(cell);
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before ?? null;
    const after = rule(text);
    known.set(text, after);
    return after;
  });
}

/** How often each text occurs in train rows. */
function countOn(texts: readonly (string | null)[], train: TrainMask): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [i, text] of texts.entries())
    if (text !== null && train[i] === 1) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/**
 * The most frequent classes among train rows (ties by code unit), the others without a label or in a class of their own.
 * @returns the label cells and the classes, most frequent first; fewer than two classes are no task.
 */
export function topClasses(
  texts: readonly (string | null)[],
  train: TrainMask,
  rule: { readonly top: number; readonly others: 'drop' | 'other' },
): { readonly cells: readonly (string | null)[]; readonly classes: readonly string[] } {
  const ranked = [...countOn(texts, train)].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const classes = ranked.slice(0, rule.top).map(([text]) => text);
  const known = new Set(classes);
  const rest = rule.others === 'other' ? otherCategory : null;
  const cells = texts.map((text) => (text === null || known.has(text) ? text : rest));
  return {
    cells,
    classes:
      cells.includes(otherCategory) && !known.has(otherCategory) ? [...classes, otherCategory] : classes,
  };
}

/** Fewest decimals that all numbers of a column are written with, at most six; undefined where six are not enough. */
function decimalsIn(cells: readonly Cell[]): number | undefined {
  let decimals = 0;
  for (const cell of cells) {
    if (typeof cell !== 'number') continue;
    while (decimals <= 6 && Math.abs(cell - Number(cell.toFixed(decimals))) > 1e-9) decimals++;
    if (decimals > 6) return undefined;
  }
  return decimals;
}
