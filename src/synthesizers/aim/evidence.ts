import type { Rng } from '../../core/index.js';
import { DrawPlan, drawCodes } from './draw.js';
import { cellsOf } from '../workload.js';
import { projectionOf, stridesIn, sumOnto } from './factor.js';
import type { GraphicalModel } from './features.js';
import { Propagation } from './propagate.js';

/**
 * Draws rows in which some columns are fixed, exactly from the model's conditional distribution: each clique's table is cut at the fixed codes, the cuts
 * are calibrated again, and the other columns are drawn from them.
 */
export class Evidence {
  readonly #graph: GraphicalModel;
  readonly #fixed: readonly number[];
  readonly #propagation: Propagation;
  readonly #plan: DrawPlan;
  readonly #cuts: readonly Cut[];

  /** @param fixed places of the fixed columns. */
  constructor(graph: GraphicalModel, fixed: readonly number[]) {
    this.#graph = graph;
    this.#fixed = fixed;
    const { sizes, tree, beliefs } = graph;
    const isFixed = new Set(fixed);
    const free = (columns: readonly number[]): number[] => columns.filter((c) => !isFixed.has(c));
    const cut = { ...tree, cliques: tree.cliques.map(free), separators: tree.separators.map(free) };
    this.#propagation = new Propagation(cut, sizes);
    this.#plan = new DrawPlan(cut, sizes);
    this.#cuts = tree.cliques.map((clique, i) => ({
      table: givenSeparator(beliefs[i]!, clique, tree.separators[i]!, sizes),
      offsets: offsetsOf(free(clique), clique, sizes),
      strides: stridesIn(fixed, clique, sizes),
    }));
  }

  /** Rows with these codes of the fixed columns; undefined where the model gives them no chance. */
  draw(
    codes: readonly number[],
    request: { readonly rows: number; readonly rng: Rng },
  ): Uint16Array[] | undefined {
    const { beliefs } = this.#propagation;
    for (const [i, { table, offsets, strides }] of this.#cuts.entries()) {
      const first = strides.reduce((sum, stride, k) => sum + stride * codes[k]!, 0);
      const belief = beliefs[i]!;
      for (let cell = 0; cell < belief.length; cell++) belief[cell] = table[first + offsets[cell]!]!;
    }
    if (!this.#propagation.calibrate()) return undefined;
    const drawn = drawCodes(this.#plan.steps(beliefs), this.#graph.sizes, request);
    for (const [k, c] of this.#fixed.entries()) drawn[c]!.fill(codes[k]!);
    return drawn;
  }
}

/** How a clique's table is cut. */
interface Cut {
  /** Probability of the clique's columns given its separator. */
  readonly table: Float64Array;
  /** For each cell of the free columns: how far it lies from the first with the same fixed codes. */
  readonly offsets: Uint32Array;
  /** For each fixed column: how far its codes lie apart; 0 where the clique has it not. */
  readonly strides: readonly number[];
}

function givenSeparator(
  belief: Float64Array,
  clique: readonly number[],
  separator: readonly number[],
  sizes: readonly number[],
): Float64Array {
  const projection = projectionOf(clique, separator, sizes);
  const sums = new Float64Array(projection.kept);
  sumOnto(projection, belief, sums);
  const strides = stridesIn(clique, separator, sizes);
  const spread = offsetsWith(clique, strides, sizes);
  return belief.map((p, cell) => (p > 0 ? p / sums[spread[cell]!]! : 0));
}

/** Offsets in the table over `within` of every cell of the table over `columns`. */
function offsetsOf(
  columns: readonly number[],
  within: readonly number[],
  sizes: readonly number[],
): Uint32Array {
  return offsetsWith(columns, stridesIn(columns, within, sizes), sizes);
}

function offsetsWith(
  columns: readonly number[],
  strides: readonly number[],
  sizes: readonly number[],
): Uint32Array {
  const out = new Uint32Array(cellsOf(columns, sizes));
  let filled = 1;
  // from the last column, which varies fastest, to the first
  for (let k = columns.length - 1; k >= 0; k--) {
    const size = sizes[columns[k]!]!;
    for (let code = 1; code < size; code++) {
      for (let i = 0; i < filled; i++) out[code * filled + i] = out[i]! + code * strides[k]!;
    }
    filled *= size;
  }
  return out;
}
