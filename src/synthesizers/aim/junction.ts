import { cellsOf } from '../workload.js';

/**
 * A junction tree: maximal cliques of a triangulated graph of columns, such that the cliques that share a column are connected. Parts of the
 * graph that hang together by nothing are joined by empty separators. Clique 0 is the root; a parent comes before its children.
 */
export interface JunctionTree {
  /** Columns of each clique, ascending. */
  readonly cliques: readonly (readonly number[])[];
  /** Number of the parent; −1 for the root. */
  readonly parents: readonly number[];
  /** Columns shared with the parent, ascending. */
  readonly separators: readonly (readonly number[])[];
}

/** Cells of all cliques together. */
export function treeCells({ cliques }: Pick<JunctionTree, 'cliques'>, sizes: readonly number[]): number {
  return cliques.reduce((sum, clique) => sum + cellsOf(clique, sizes), 0);
}

/**
 * A junction tree in which each of `sets` lies within a clique. Columns are eliminated by least fill and, in a second try, by least cells;
 * the smaller tree is kept (Koller and Friedman, Probabilistic Graphical Models, 2009, §9.4.3.2 and §10.4).
 */
export function junctionTree(sets: readonly (readonly number[])[], sizes: readonly number[]): JunctionTree {
  return connect(smallestCliques(sets, sizes), sizes);
}

/** Cells of {@link junctionTree}, without making it. */
export function junctionCells(sets: readonly (readonly number[])[], sizes: readonly number[]): number {
  return treeCells({ cliques: smallestCliques(sets, sizes) }, sizes);
}

function smallestCliques(sets: readonly (readonly number[])[], sizes: readonly number[]): number[][] {
  const byFill = maximalCliques(sets, sizes, 'fill');
  const byCells = maximalCliques(sets, sizes, 'cells');
  return treeCells({ cliques: byCells }, sizes) < treeCells({ cliques: byFill }, sizes) ? byCells : byFill;
}

/** The maximal cliques that eliminating one column after the other makes. */
function maximalCliques(
  sets: readonly (readonly number[])[],
  sizes: readonly number[],
  least: 'fill' | 'cells',
): number[][] {
  const d = sizes.length;
  const near = new Uint8Array(d * d);
  for (const set of sets) for (const a of set) for (const b of set) if (a !== b) near[a * d + b] = 1;
  const left = new Set(sizes.keys());
  const cliques: number[][] = [];
  while (left.size > 0) {
    let best = { cost: Infinity, cells: Infinity, clique: [] as number[], column: -1 };
    for (const column of left) {
      const around: number[] = [];
      for (let b = 0; b < d; b++) if (near[column * d + b] === 1) around.push(b);
      const cells = Math.log(sizes[column]!) + around.reduce((sum, b) => sum + Math.log(sizes[b]!), 0);
      const cost = least === 'fill' ? fillOf(around, near, d) : cells;
      if (cost < best.cost || (cost === best.cost && cells < best.cells)) {
        best = { cost, cells, clique: [column, ...around], column };
      }
    }
    for (const a of best.clique) for (const b of best.clique) if (a !== b) near[a * d + b] = 1;
    for (let b = 0; b < d; b++) {
      near[best.column * d + b] = 0;
      near[b * d + best.column] = 0;
    }
    left.delete(best.column);
    const within = cliques.some((clique) => best.clique.every((c) => clique.includes(c)));
    if (!within) cliques.push(best.clique.sort((a, b) => a - b));
  }
  return cliques;
}

function fillOf(around: readonly number[], near: Uint8Array, d: number): number {
  let fill = 0;
  for (let i = 0; i < around.length; i++) {
    for (let j = 0; j < i; j++) fill += 1 - near[around[i]! * d + around[j]!]!;
  }
  return fill;
}

/** A spanning tree of cliques with the largest separators (Prim), which has the junction property; ties: the fewest cells. */
function connect(cliques: readonly (readonly number[])[], sizes: readonly number[]): JunctionTree {
  const largest = cliques.reduce((best, c, i) => (c.length > cliques[best]!.length ? i : best), 0);
  const order = [largest];
  const parents = [-1];
  const separators: number[][] = [[]];
  const left = new Set(cliques.keys());
  left.delete(largest);
  while (left.size > 0) {
    let best = { weight: -1, cells: Infinity, clique: -1, parent: -1, shared: [] as number[] };
    for (const clique of left) {
      for (const [parent, placed] of order.entries()) {
        const shared = cliques[clique]!.filter((c) => cliques[placed]!.includes(c));
        const cells = cellsOf(shared, sizes);
        if (shared.length > best.weight || (shared.length === best.weight && cells < best.cells)) {
          best = { weight: shared.length, cells, clique, parent, shared };
        }
      }
    }
    order.push(best.clique);
    parents.push(best.parent);
    separators.push(best.shared);
    left.delete(best.clique);
  }
  return { cliques: order.map((i) => cliques[i]!), parents, separators };
}
