import type { Rng } from '../../core/index.js';
import type { Projection } from './factor.js';
import { cellsOf } from '../workload.js';
import { projectionOf, stridesIn, sumOnto } from './factor.js';
import type { JunctionTree } from './junction.js';

/** How one column is drawn: cumulative probabilities of its codes for each cell of its parents. */
export interface DrawStep {
  readonly column: number;
  /** Drawn before, ascending. */
  readonly parents: readonly number[];
  /** Row-major over the parents (the last one fastest), then the codes. */
  readonly cumulative: Float64Array;
}

/** Which tables the steps of a junction tree need: clique after clique from the root, in it one column after the other. */
export class DrawPlan {
  readonly #sizes: readonly number[];
  readonly #stages: readonly Stage[];

  constructor({ cliques, separators }: JunctionTree, sizes: readonly number[]) {
    this.#sizes = sizes;
    this.#stages = cliques.flatMap((clique, i) => {
      const before = [...separators[i]!];
      const fresh = clique.filter((c) => !before.includes(c));
      return fresh.map((column): Stage => {
        const parents = [...before];
        before.push(column);
        before.sort((a, b) => a - b);
        return { clique: i, column, parents, projection: projectionOf(clique, before, sizes) };
      });
    });
  }

  /** The steps for the cliques' marginals. */
  steps(beliefs: readonly Float64Array[]): DrawStep[] {
    return this.#stages.map(({ clique, column, parents, projection }) => {
      const joint = new Float64Array(projection.kept);
      sumOnto(projection, beliefs[clique]!, joint);
      const inner = cellsOf(
        parents.filter((p) => p > column),
        this.#sizes,
      );
      return { column, parents, cumulative: cumulate(joint, this.#sizes[column]!, inner) };
    });
  }
}

interface Stage {
  readonly clique: number;
  readonly column: number;
  readonly parents: readonly number[];
  readonly projection: Projection;
}

/** Cumulative shares of a column within each cell of the others; `inner` cells of those come after it in the joint table. */
function cumulate(joint: Float64Array, size: number, inner: number): Float64Array {
  const out = new Float64Array(joint.length);
  const cells = joint.length / size;
  for (let cell = 0; cell < cells; cell++) {
    const first = Math.floor(cell / inner) * size * inner + (cell % inner);
    let sum = 0;
    for (let code = 0; code < size; code++) sum += joint[first + code * inner]!;
    let upTo = 0;
    for (let code = 0; code < size; code++) {
      // a cell that never occurs is never asked for
      upTo += sum > 0 ? joint[first + code * inner]! / sum : 1 / size;
      out[cell * size + code] = upTo;
    }
  }
  return out;
}

/**
 * Draws rows of codes, column by column. Rows that are alike in a column's parents share its codes out by systematic sampling in random
 * order: each row's code has its probability, and each group's counts are rounded, so tables of the drawn rows scatter less than independent draws
 * would (compare `synthetic_data(method='round')` of private-pgm).
 */
export function drawCodes(
  steps: readonly DrawStep[],
  sizes: readonly number[],
  { rows, rng }: { readonly rows: number; readonly rng: Rng },
): Uint16Array[] {
  const codes = sizes.map(() => new Uint16Array(rows));
  const group = new Uint32Array(rows);
  for (const step of steps) {
    const { column, parents, cumulative } = step;
    const size = sizes[column]!;
    const strides = stridesIn(parents, parents, sizes);
    group.fill(0);
    for (const [k, p] of parents.entries()) {
      const source = codes[p]!;
      const stride = strides[k]!;
      for (let i = 0; i < rows; i++) group[i]! += source[i]! * stride;
    }
    const { order, start } = shuffledGroups(group, cumulative.length / size, rng);
    const target = codes[column]!;
    for (let cell = 0; cell + 1 < start.length; cell++) {
      const from = start[cell]!;
      const n = start[cell + 1]! - from;
      if (n === 0) continue;
      const offset = rng.next();
      let at = cell * size;
      const last = at + size - 1;
      for (let k = 0; k < n; k++) {
        const u = (k + offset) / n;
        while (at < last && cumulative[at]! <= u) at++;
        target[order[from + k]!] = at - cell * size;
      }
    }
  }
  return codes;
}

/** Rows in random order, those of one group side by side. */
function shuffledGroups(
  group: Uint32Array,
  groups: number,
  rng: Rng,
): { order: Uint32Array; start: Uint32Array } {
  const start = new Uint32Array(groups + 1);
  for (const cell of group) start[cell + 1]!++;
  for (let g = 0; g < groups; g++) start[g + 1]! += start[g]!;
  const next = start.slice(0, groups);
  const order = new Uint32Array(group.length);
  for (const row of rng.permutation(group.length)) order[next[group[row]!]!++] = row;
  return { order, start };
}
