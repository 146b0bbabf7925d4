import type { ColumnKind } from '../schema.js';

/** Usual pairs of texts for no and yes, lower case. */
const pairs: readonly (readonly [string, string])[] = [
  ['0', '1'],
  ['no', 'yes'],
  ['n', 'y'],
  ['false', 'true'],
  ['negative', 'positive'],
  ['absent', 'present'],
  ['alive', 'dead'],
];

/** Categories of a column in their order: intervals by their bounds, no before yes, anything else by code unit. */
export function orderCategories(found: readonly string[]): {
  readonly categories: readonly string[];
  readonly ordered: boolean;
} {
  const sorted = [...found].sort();
  if (sorted.length === 2) {
    const lower = sorted.map((c) => c.toLowerCase());
    const pair = pairs.find(([no, yes]) => lower.includes(no) && lower.includes(yes));
    if (pair !== undefined)
      sorted.sort((a, b) => pair.indexOf(a.toLowerCase()) - pair.indexOf(b.toLowerCase()));
    return { categories: sorted, ordered: false };
  }
  const bounds = new Map(sorted.map((category) => [category, intervalBound(category)]));
  if (sorted.length < 3 || [...bounds.values()].includes(null)) return { categories: sorted, ordered: false };
  sorted.sort((a, b) => (bounds.get(a)! < bounds.get(b)! ? -1 : 1));
  return { categories: sorted, ordered: true };
}

/** Lower bound of a text such as `[70-80)`, `18–29`, `<7`, `>=90`, or null when it is no interval. */
function intervalBound(text: string): number | null {
  const range = /^[[(]?\s*(\d+(?:\.\d+)?)\s*(?:-|–|,|to)\s*(\d+(?:\.\d+)?)\s*[\])]?$/.exec(text);
  if (range !== null) return Number(range[1]);
  const open = /^([<>])=?\s*(\d+(?:\.\d+)?)$/.exec(text);
  if (open !== null) return open[1] === '<' ? -Infinity : Number(open[2]);
  const plus = /^(\d+(?:\.\d+)?)\+$/.exec(text);
  return plus === null ? null : Number(plus[1]);
}

/** The kind of a column whose categories turned out to have an order of their own. */
export function kindByOrder(kind: ColumnKind, ordered: boolean, declared: boolean): ColumnKind {
  return kind === 'categorical' && ordered && !declared ? 'ordinal' : kind;
}
