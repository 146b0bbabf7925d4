import type { Column, NumericColumn, Table } from '../../table/index.js';
import { isNumericKind } from '../../table/index.js';
import { categoryCounts } from '../check.js';
import type { Coded } from './coded.js';
import { codeColumn, functionOf } from './coded.js';
import type { Numbers } from './linear.js';
import { affineOf, isSum, numbersOf, tellsEnough } from './linear.js';
import type { Relation, Relations } from './model.js';

export interface FindOptions {
  /** Values held by fewer rows get no entry in a table of pairs, so that no rare pair is told. Default 5. */
  readonly rareRows?: number;
  /** Columns that must stay free, e.g. those that a declared relation reads. */
  readonly keep?: readonly string[];
}

/** Fewer rows cannot tell a rule from chance. */
const LEAST_ROWS = 100;
/** Rows that each value of a determining column needs on average: a column of many values determines everything. */
const ROWS_PER_VALUE = 10;
/** Most values of a determining column. */
const MOST_VALUES = 20_000;
/** Of a table of pairs, the share of rows whose value is rare may be so large. */
const MOST_RARE = 0.1;
/** Natural logarithm of the odds against chance that a rule needs: 10⁻¹². */
const AGAINST_CHANCE = 12 * Math.LN10;
/** More numeric columns than these are not searched for sums of two, of three. */
const MOST_FOR_PAIRS = 150;
const MOST_FOR_TRIPLES = 40;
/** Rows of the first look; what survives it is looked for in all rows. */
const FIRST_LOOK = 2_000;

/**
 * Finds columns that follow from others in every row: constant columns, unit conversions and copies, sums of two or three, and columns with
 * one value for each value of another (a code and its parent). Labels are never determined, keys must have been left out. A
 * rule needs so much evidence that it holds by chance with a probability below 10⁻¹². Reads the records without noise: never
 * under differential privacy.
 */
export function findRelations(table: Table, options: FindOptions = {}): Relations {
  const search = new Search(table, options);
  if (table.rows >= LEAST_ROWS) {
    search.constants();
    search.conversions();
    search.functions();
    search.sums();
  }
  return { schema: table.columns.map((c) => c.schema), relations: search.found };
}

class Search {
  readonly found: Relation[] = [];
  readonly #table: Table;
  readonly #rareRows: number;
  readonly #determined = new Set<string>();
  /** Columns that the caller wants to keep free. */
  readonly #kept: ReadonlySet<string>;
  /** Columns that a table of pairs reads: they may follow from such a table themselves, but from no formula, which might give values without an entry. */
  readonly #read = new Set<string>();
  readonly #numbers: readonly Numbers[];

  constructor(table: Table, options: FindOptions) {
    this.#table = table;
    this.#rareRows = options.rareRows ?? 5;
    this.#kept = new Set(options.keep ?? []);
    this.#numbers = table.columns.filter((c): c is NumericColumn => c.type === 'numeric').map(numbersOf);
  }

  constants(): void {
    for (const column of this.#free()) {
      const value = constantOf(column);
      if (value !== undefined) this.#add({ kind: 'constant', column: column.schema.name, value });
    }
  }

  conversions(): void {
    const numbers = this.#numbers.filter(tellsEnough);
    for (const a of numbers) {
      if (this.#determined.has(a.name)) continue;
      for (const b of numbers) {
        if (a === b || !this.#mayFollow(b.name) || !this.#prefers(a, b)) continue;
        const formula = affineOf(a, b);
        if (formula !== undefined) this.#add({ kind: 'affine', column: b.name, from: a.name, ...formula });
      }
    }
  }

  functions(): void {
    const look = Uint32Array.from({ length: Math.min(this.#table.rows, FIRST_LOOK) }, (_, i) =>
      Math.floor((i * this.#table.rows) / Math.min(this.#table.rows, FIRST_LOOK)),
    );
    const columns = this.#free().map((column) => ({ column, first: codeColumn(column, look, MOST_VALUES) }));
    const whole = new Map<Column, Coded | undefined>();
    const all = { length: this.#table.rows };
    const index = Uint32Array.from(all, (_, i) => i);
    const inAll = (column: Column): Coded | undefined => {
      if (!whole.has(column))
        whole.set(
          column,
          codeColumn(column, index, Math.min(MOST_VALUES, this.#table.rows / ROWS_PER_VALUE)),
        );
      return whole.get(column);
    };
    // a determining column with an order of its own is worth more to a model than a mere name: those come first
    const sources = [...columns].sort((a, b) => rankOf(b.column) - rankOf(a.column));
    for (const { column: a, first: firstA } of sources) {
      if (firstA === undefined || this.#determined.has(a.schema.name)) continue;
      for (const { column: b, first: firstB } of columns) {
        if (a === b || firstB === undefined || !this.#mayFollow(b.schema.name)) continue;
        if (functionOf(firstA, firstB) === undefined) continue;
        const [codedA, codedB] = [inAll(a), inAll(b)];
        if (codedA === undefined || codedB === undefined) continue;
        const pairs = this.#pairs(codedA, codedB);
        if (pairs === undefined) continue;
        this.#add({ kind: 'table', column: b.schema.name, from: a.schema.name, pairs });
        this.#read.add(a.schema.name);
      }
    }
  }

  sums(): void {
    const free = this.#numbers.filter((n) => !this.#determined.has(n.name) && n.present >= LEAST_ROWS / 2);
    if (free.length > MOST_FOR_PAIRS) return;
    const totals = free.filter((n) => tellsEnough(n));
    for (const total of totals) {
      if (!this.#mayFollow(total.name) || this.#read.has(total.name)) continue;
      const parts = free.filter((n) => n !== total && !this.#determined.has(n.name));
      const of = sumOf(total, parts, free.length <= MOST_FOR_TRIPLES ? 3 : 2);
      if (of !== undefined) this.#add({ kind: 'sum', column: total.name, of: of.map((n) => n.name) });
    }
  }

  #free(): Column[] {
    return this.#table.columns.filter((c) => !this.#determined.has(c.schema.name));
  }

  #mayFollow(name: string): boolean {
    if (this.#determined.has(name) || this.#kept.has(name)) return false;
    const { role } = this.#table.column(name).schema;
    return role === 'feature' || role === 'anchor';
  }

  /** Of two columns that follow from each other, the finer one stays free; of equals the label, the anchor, the earlier. */
  #prefers(a: Numbers, b: Numbers): boolean {
    if (!this.#mayFollow(a.name)) return true;
    if (a.distinct !== b.distinct) return a.distinct > b.distinct;
    return this.#numbers.indexOf(a) < this.#numbers.indexOf(b);
  }

  #add(relation: Relation): void {
    this.found.push(relation);
    this.#determined.add(relation.column);
  }

  /** The table of pairs if `b` follows from `a` beyond doubt. */
  #pairs(a: Coded, b: Coded): Extract<Relation, { kind: 'table' }>['pairs'] | undefined {
    const n = a.codes.length;
    if (b.values.length < 2 || a.values.length * ROWS_PER_VALUE > n) return undefined;
    // chance: given the most frequent value's share p, rows of a value of `a` beyond its first all agree with it with at most p each
    const most = Math.max(...b.counts) / n;
    if ((n - a.values.length) * -Math.log(most) < AGAINST_CHANCE) return undefined;
    if (b.counts.filter((count) => count >= this.#rareRows).length < 2) return undefined;
    const to = functionOf(a, b);
    if (to === undefined) return undefined;
    const pairs = a.values
      .map((from, code) => ({ from, to: b.values[to[code]!]!, rows: a.counts[code]! }))
      .filter((pair) => pair.rows >= this.#rareRows)
      .sort((x, y) => y.rows - x.rows || (String(x.from) < String(y.from) ? -1 : 1));
    const kept = pairs.reduce((sum, pair) => sum + pair.rows, 0);
    return kept >= (1 - MOST_RARE) * n && pairs.length > 0 ? pairs : undefined;
  }
}

function rankOf({ schema }: Column): number {
  const role = schema.role === 'label' ? 4 : schema.role === 'anchor' ? 2 : 0;
  return role + (isNumericKind(schema.kind) || schema.kind === 'ordinal' ? 1 : 0);
}

function constantOf(column: Column): string | number | null | undefined {
  if (!column.valid.includes(1)) return null;
  if (column.valid.includes(0)) return undefined;
  if (column.type === 'categorical') {
    const counts = categoryCounts(column);
    const only = counts.indexOf(column.valid.length);
    return only < 0 ? undefined : column.schema.categories[only]!;
  }
  const first = column.values[0]!;
  return column.values.every((x) => x === first) ? first : undefined;
}

/** Two, then three columns that add up to a total. */
function sumOf(total: Numbers, parts: readonly Numbers[], most: 2 | 3): readonly Numbers[] | undefined {
  for (const [i, a] of parts.entries())
    for (const b of parts.slice(i + 1)) if (isSum(total, [a, b])) return [a, b];
  if (most < 3) return undefined;
  for (const [i, a] of parts.entries())
    for (const [j, b] of parts.slice(i + 1).entries())
      for (const c of parts.slice(i + j + 2)) if (isSum(total, [a, b, c])) return [a, b, c];
  return undefined;
}
