import { jointCounts } from '../numerics/index.js';
import type { CodedTable } from './coding.js';

/** Number of cells of a table over `columns`. */
export function cellsOf(columns: readonly number[], sizes: readonly number[]): number {
  return columns.reduce((cells, c) => cells * sizes[c]!, 1);
}

/** A column's codes joined to fewer groups. */
export interface Grouping {
  readonly size: number;
  /** The group of each code. */
  readonly groupOf: Uint32Array;
}

/** For each column of a table the groups that its cells are made of; undefined for a column whose codes stand apart. */
export type Groupings = readonly (Grouping | undefined)[];

/** A noisy table of counts over some columns, ascending. */
export interface Measurement {
  readonly columns: readonly number[];
  /** Absent: of codes. */
  readonly groups?: Groupings;
  readonly values: Float64Array;
  /** Inverse variance of each value's noise. */
  readonly weights: Float64Array;
}

/** A table that may be measured next. */
export interface Candidate {
  /** Ascending. */
  readonly columns: readonly number[];
  /** Absent: of codes. */
  readonly groups?: Groupings;
  readonly cells: number;
  /** How much the workload cares for it. */
  readonly weight: number;
}

export interface WorkloadRequest {
  readonly sizes: readonly number[];
  /** Most columns of a table: 2 or 3. */
  readonly degree: number;
  /** Tables with more cells are left out. */
  readonly maxCells: number;
  /** How much a table counts: the product of its columns' weights. */
  readonly columnWeights: readonly number[];
  /** Columns that tables of two or more columns may also take in groups. */
  readonly groupings?: Groupings;
}

/**
 * Every table of up to `degree` columns, and each once more for every way to take some of its columns in groups. Its weight is that of the workload
 * (all tables of `degree` columns) that it tells about: the sum over these of the columns shared (McKenna et al. 2022, §4.1), scaled so that the largest is 1.
 */
export function candidatesOf(request: WorkloadRequest): Candidate[] {
  const { sizes, degree, maxCells, groupings = [] } = request;
  const d = sizes.length;
  const all: number[][] = [];
  for (let a = 0; a < d; a++) {
    all.push([a]);
    for (let b = a + 1; b < d && degree > 1; b++) {
      all.push([a, b]);
      for (let c = b + 1; c < d && degree > 2; c++) all.push([a, b, c]);
    }
  }
  const ways = all.flatMap((columns) => [
    { columns, cells: cellsOf(columns, sizes) },
    ...(columns.length > 1 ? groupedWays(columns, sizes, groupings) : []),
  ]);
  const within = ways.filter(({ cells }) => cells <= maxCells);
  const asked = askedOf(all, request);
  const weights = within.map(({ columns }) => columns.reduce((sum, c) => sum + asked[c]!, 0));
  const largest = weights.reduce((most, w) => Math.max(most, w), 0);
  return within.map((way, i) => ({ ...way, weight: largest > 0 ? weights[i]! / largest : 1 }));
}

/** For each column what the workload's tables with it weigh together. */
function askedOf(
  all: readonly (readonly number[])[],
  { sizes, degree, maxCells, columnWeights, groupings = [] }: WorkloadRequest,
): Float64Array {
  const widest = Math.min(degree, sizes.length);
  const least = sizes.map((size, c) => groupings[c]?.size ?? size);
  const asked = new Float64Array(sizes.length);
  for (const query of all) {
    if (query.length !== widest || cellsOf(query, least) > maxCells) continue;
    const weight = query.reduce((product, c) => product * columnWeights[c]!, 1);
    for (const c of query) asked[c]! += weight;
  }
  return asked;
}

/** The ways to take a table with at least one column in groups. */
function groupedWays(
  columns: readonly number[],
  sizes: readonly number[],
  groupings: Groupings,
): Omit<Candidate, 'weight'>[] {
  let ways: (Grouping | undefined)[][] = [[]];
  for (const c of columns) {
    const grouping = groupings[c];
    const levels = grouping === undefined ? [undefined] : [undefined, grouping];
    ways = ways.flatMap((way) => levels.map((level) => [...way, level]));
  }
  return ways
    .filter((groups) => groups.some((g) => g !== undefined))
    .map((groups) => ({
      columns,
      groups,
      cells: groups.reduce((cells, g, k) => cells * (g?.size ?? sizes[columns[k]!]!), 1),
    }));
}

/** Counts of a table over some columns. */
export function countsOf(
  { codes, sizes, rows }: CodedTable,
  { columns, groups }: Pick<Candidate, 'columns' | 'groups'>,
): Uint32Array {
  return jointCounts(
    columns.map((c, k) => {
      const group = groups?.[k];
      return group === undefined
        ? { codes: codes[c]!, size: sizes[c]! }
        : { codes: groupedCodes(codes[c]!, group), size: group.size };
    }),
    rows,
  );
}

const grouped = new WeakMap<Uint16Array, WeakMap<Grouping, Uint16Array>>();

/** A column's codes as groups, made once for as long as both are at hand. */
function groupedCodes(codes: Uint16Array, group: Grouping): Uint16Array {
  const made = grouped.get(codes) ?? new WeakMap<Grouping, Uint16Array>();
  grouped.set(codes, made);
  const known = made.get(group) ?? codes.map((code) => group.groupOf[code]!);
  made.set(group, known);
  return known;
}

/** The cell of a measurement's table that each cell of the codes' table (row-major) falls onto; undefined when they are the same. */
export function groupedCells(
  { columns, groups }: Pick<Candidate, 'columns' | 'groups'>,
  sizes: readonly number[],
): Uint32Array | undefined {
  if (groups === undefined) return undefined;
  let cells = Uint32Array.of(0);
  for (const [k, c] of columns.entries()) {
    const size = groups[k]?.size ?? sizes[c]!;
    const next = new Uint32Array(cells.length * sizes[c]!);
    for (const [i, cell] of cells.entries()) {
      for (let code = 0; code < sizes[c]!; code++) {
        next[i * sizes[c]! + code] = cell * size + (groups[k]?.groupOf[code] ?? code);
      }
    }
    cells = next;
  }
  return cells;
}
