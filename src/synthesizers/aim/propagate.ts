import type { Projection } from './factor.js';
import { cellsOf } from '../workload.js';
import { multiplyBy, projectionOf, sumOnto } from './factor.js';
import type { JunctionTree } from './junction.js';

/**
 * Belief propagation on a junction tree with its memory at hand (Hugin form: Lauritzen and Spiegelhalter 1988). Fill `beliefs` with each
 * clique's potential, no cell above 1; {@link calibrate} turns them into the cliques' marginals.
 */
export class Propagation {
  readonly tree: JunctionTree;
  readonly sizes: readonly number[];
  /** One table a clique. */
  readonly beliefs: readonly Float64Array[];
  readonly #up: readonly Edge[];

  constructor(tree: JunctionTree, sizes: readonly number[]) {
    this.tree = tree;
    this.sizes = sizes;
    this.beliefs = tree.cliques.map((clique) => new Float64Array(cellsOf(clique, sizes)));
    this.#up = tree.cliques.slice(1).map((clique, i): Edge => {
      const parent = tree.parents[i + 1]!;
      const separator = tree.separators[i + 1]!;
      const cells = cellsOf(separator, sizes);
      return {
        child: i + 1,
        parent,
        fromChild: projectionOf(clique, separator, sizes),
        fromParent: projectionOf(tree.cliques[parent]!, separator, sizes),
        sent: new Float64Array(cells),
        message: new Float64Array(cells),
      };
    });
  }

  /**
   * Potentials to marginals that sum to 1, in place. False when no cell has any weight.
   * Messages are linear, not logarithmic: every potential and message is scaled to at most 1, so that only what is e⁷⁰⁰ times less likely
   * than the likeliest is lost.
   */
  calibrate(): boolean {
    for (let i = this.#up.length - 1; i >= 0; i--) this.#collect(this.#up[i]!);
    const root = this.beliefs[0]!;
    let total = 0;
    for (let i = 0; i < root.length; i++) total += root[i]!;
    if (!(total > 0 && Number.isFinite(total))) return false;
    for (let i = 0; i < root.length; i++) root[i]! /= total;
    for (const edge of this.#up) this.#distribute(edge);
    return true;
  }

  #collect({ child, parent, fromChild, fromParent, sent, message }: Edge): void {
    sumOnto(fromChild, this.beliefs[child]!, sent);
    let most = 0;
    for (let i = 0; i < sent.length; i++) most = Math.max(most, sent[i]!);
    const scale = most > 0 ? 1 / most : 0;
    for (let i = 0; i < sent.length; i++) message[i] = sent[i]! * scale;
    multiplyBy(fromParent, this.beliefs[parent]!, message);
  }

  #distribute({ child, parent, fromChild, fromParent, sent, message }: Edge): void {
    sumOnto(fromParent, this.beliefs[parent]!, message);
    for (let i = 0; i < sent.length; i++) message[i] = sent[i]! > 0 ? message[i]! / sent[i]! : 0;
    multiplyBy(fromChild, this.beliefs[child]!, message);
  }
}

interface Edge {
  readonly child: number;
  readonly parent: number;
  readonly fromChild: Projection;
  readonly fromParent: Projection;
  /** What the child sent up, as it was, and a table for what is multiplied. */
  readonly sent: Float64Array;
  readonly message: Float64Array;
}
