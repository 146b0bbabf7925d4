import type { Grouping, TableRule } from '../../cohort/index.js';
import { grouped, groupOf } from '../../cohort/index.js';
import type { Cell, Table } from '../../table/index.js';
import { textsOf } from './texts.js';

/** What a rule yields: 1 and 0 for conditions, texts for groups and maps. */
export type Ruled =
  | { readonly kind: 'binary'; readonly cells: readonly (number | null)[]; readonly words: string }
  | { readonly kind: 'categorical'; readonly cells: readonly (string | null)[]; readonly words: string };

/** Applies a rule to every row; missing stays missing. */
export function applyRule(table: Table, rule: TableRule): Ruled {
  const { from } = rule;
  const texts = textsOf(table, from);
  if (rule.equals !== undefined) return condition(texts, [rule.equals], `${from} is ${rule.equals}`);
  if (rule.in !== undefined) return condition(texts, rule.in, `${from} is one of ${rule.in.join(', ')}`);
  if (rule.over !== undefined) {
    const { over } = rule;
    const cells = texts.map((text) => (text === null ? null : Number(text) > over ? 1 : 0));
    return { kind: 'binary', cells, words: `${from} over ${over}` };
  }
  if (rule.map !== undefined) {
    const { map } = rule;
    const target = new Map(Object.entries(map).flatMap(([name, sources]) => sources.map((s) => [s, name])));
    const cells = grouped(texts, (text) => target.get(text) ?? 'other');
    return { kind: 'categorical', cells, words: `${from}, grouped` };
  }
  const group: Grouping = rule.group ?? 'code';
  return {
    kind: 'categorical',
    cells: grouped(texts, (text) => groupOf(group, text)),
    words: group === 'code' ? from : `${from} by ${group}`,
  };
}

function condition(texts: readonly (string | null)[], positive: readonly string[], words: string): Ruled {
  const set = new Set<Cell>(positive);
  return {
    kind: 'binary',
    cells: texts.map((text) => (text === null ? null : set.has(text) ? 1 : 0)),
    words,
  };
}
