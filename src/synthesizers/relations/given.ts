import type { Rng } from '../../core/index.js';
import { UserError } from '../../core/index.js';
import type { Cell, ColumnSchema, Row } from '../../table/index.js';
import { cellOf, columnFromCells, Table } from '../../table/index.js';
import type { Relation, Relations } from './model.js';
import { relationText } from './model.js';
import { lookup, ontoGrid } from './restore.js';

type Given = Partial<Row> | Table | undefined;

/**
 * A request on the whole table as one on the free columns. A given determined column is turned round: a unit conversion is inverted, a
 * table is read backwards (where several values lead there, one is drawn by frequency, row by row).
 * @throws UserError `GIVEN_IMPOSSIBLE` for values that no row has, or that contradict each other; `GIVEN_DETERMINED` where a relation cannot be turned
 *   round (sums).
 */
export function invertGiven(given: Given, n: number, relations: Relations, rng: Rng): Given {
  if (given === undefined) return undefined;
  const determined = new Set(relations.relations.map((r) => r.column));
  const names = given instanceof Table ? given.schema.map((s) => s.name) : Object.keys(given);
  const tables = relations.relations.filter((r) => r.kind === 'table');
  const touched = names.some((name) => determined.has(name)) || tables.some((r) => names.includes(r.from));
  if (!touched) return given;
  const cells = new Map<string, readonly Cell[]>(names.map((name) => [name, cellsOf(given, name, n)]));
  for (const relation of relations.relations) {
    const wanted = cells.get(relation.column);
    if (wanted === undefined) checkKnown(relation, cells, relations);
    else turnRound(relation, { cells, wanted, relations, rng: rng.split('given', relation.column) });
    cells.delete(relation.column);
  }
  return asRequest(cells, n, relations.schema);
}

/** One row where all rows are alike, so that the model may treat it so; else a table. */
function asRequest(
  cells: ReadonlyMap<string, readonly Cell[]>,
  n: number,
  schema: readonly ColumnSchema[],
): Partial<Row> | Table {
  const alike = [...cells.values()].every((list) => list.every((cell) => cell === list[0]));
  if (alike) return Object.fromEntries([...cells].map(([name, list]) => [name, list[0] ?? null]));
  const schemaOf = new Map(schema.map((s) => [s.name, s]));
  return new Table(
    n,
    [...cells].map(([name, list]) => columnFromCells(schemaOf.get(name)!, list)),
  );
}

function cellsOf(given: Partial<Row> | Table, name: string, n: number): Cell[] {
  if (!(given instanceof Table)) return Array.from({ length: n }, () => given[name] ?? null);
  const column = given.column(name);
  return Array.from({ length: given.rows }, (_, row) => cellOf(column, row));
}

/** A given value that has no entry would be drawn as another one. */
function checkKnown(
  relation: Relation,
  cells: ReadonlyMap<string, readonly Cell[]>,
  { schema }: Relations,
): void {
  if (relation.kind !== 'table') return;
  const wanted = cells.get(relation.from);
  if (wanted === undefined) return;
  const find = lookup(
    relation,
    schema.find((s) => s.name === relation.from)!,
  );
  for (const cell of new Set(wanted))
    if (find(cell).from !== cell)
      throw new UserError(
        'GIVEN_IMPOSSIBLE',
        `The model makes no rows with this value of '${relation.from}'.`,
        {
          got: `${relationText(relation)}, and this value was absent or held by fewer than 5 rows`,
          fix: 'give another value',
        },
      );
}

interface Turning {
  readonly cells: Map<string, readonly Cell[]>;
  readonly wanted: readonly Cell[];
  readonly relations: Relations;
  readonly rng: Rng;
}

function turnRound(relation: Relation, turning: Turning): void {
  const { cells, wanted, relations, rng } = turning;
  if (relation.kind === 'sum')
    throw new UserError(
      'GIVEN_DETERMINED',
      `'${relation.column}' cannot be given: ${relationText(relation)}.`,
      {
        expected: `values of ${relation.of.join(', ')}`,
        fix: 'give those instead',
      },
    );
  if (relation.kind === 'constant') {
    for (const cell of wanted) if (!same(cell, relation.value)) throw contradiction(relation);
    return;
  }
  const before = cells.get(relation.from);
  const schemaOf = (name: string): ColumnSchema => relations.schema.find((s) => s.name === name)!;
  if (before !== undefined) {
    const follows = followsBy(relation, schemaOf(relation.from), schemaOf(relation.column));
    for (const [i, cell] of before.entries())
      if (!same(follows(cell), wanted[i]!)) throw contradiction(relation);
    return;
  }
  if (relation.kind === 'affine') {
    cells.set(
      relation.from,
      wanted.map((cell) =>
        cell === null
          ? null
          : ontoGrid(schemaOf(relation.from), (Number(cell) - relation.plus) / relation.times),
      ),
    );
    return;
  }
  const sources = new Map<string, typeof relation.pairs>();
  for (const pair of relation.pairs) {
    const key = String(pair.to);
    sources.set(key, [...(sources.get(key) ?? []), pair]);
  }
  cells.set(
    relation.from,
    wanted.map((cell) => {
      const pairs = sources.get(String(cell));
      if (pairs === undefined) throw contradiction(relation);
      if (pairs.length === 1) return pairs[0]!.from;
      return pairs[rng.weightedIndex(pairs.map((pair) => Math.max(pair.rows, 1e-9)))]!.from;
    }),
  );
}

function followsBy(
  relation: Extract<Relation, { kind: 'affine' | 'table' }>,
  from: ColumnSchema,
  to: ColumnSchema,
): (cell: Cell) => Cell {
  if (relation.kind === 'table') {
    const find = lookup(relation, from);
    return (cell) => find(cell).to;
  }
  return (cell) => (cell === null ? null : ontoGrid(to, relation.times * Number(cell) + relation.plus));
}

/** Categories may be written as numbers. */
function same(a: Cell, b: Cell): boolean {
  return a === b || (a !== null && b !== null && String(a) === String(b));
}

function contradiction(relation: Relation): UserError {
  return new UserError('GIVEN_IMPOSSIBLE', `No row has the given value of '${relation.column}'.`, {
    got: relationText(relation),
    fix: 'give a value that occurs, or one that agrees with the other given columns',
  });
}
