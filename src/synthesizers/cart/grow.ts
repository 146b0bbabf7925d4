import type { Feature, SplitLimits } from './split.js';
import { SplitSearch } from './split.js';
import type { Target } from './target.js';
import type { Tree } from './tree.js';
import { TreeBuilder } from './tree.js';

export interface GrowRequest {
  readonly features: readonly Feature[];
  readonly target: Target;
  /** The training rows of this tree, ascending. */
  readonly rows: Uint32Array;
  readonly limits: SplitLimits;
}

/** A tree and the training rows of its leaves, in the order of the leaves' numbers. */
export interface GrownTree {
  readonly tree: Tree;
  readonly leaves: readonly Uint32Array[];
}

/** Deeper than any tree of balanced splits; a bound against chains of one-sided ones. */
const MAX_DEPTH = 40;

/** Grows a tree from the root, depth first; a node without a good split becomes a leaf. */
export function growTree(request: GrowRequest): GrownTree {
  const { features, target, limits } = request;
  const search = new SplitSearch(target, limits);
  const builder = new TreeBuilder();
  const leaves: Uint32Array[] = [];
  const rows = Uint32Array.from(request.rows);
  const scratch = new Uint32Array(rows.length);
  const grow = (node: number, part: Uint32Array, depth: number): void => {
    const split = depth < MAX_DEPTH ? search.best(part, features) : undefined;
    if (split === undefined) {
      builder.close(node);
      leaves.push(part);
      return;
    }
    const children = builder.split(node, split.feature.column, split.mask);
    const middle = partition(part, split.feature.codes, split.mask, scratch);
    grow(children.left, part.subarray(0, middle), depth + 1);
    grow(children.right, part.subarray(middle), depth + 1);
  };
  grow(builder.addNode(), rows, 0);
  return { tree: builder.build(), leaves };
}

/** Moves the rows that go left to the front, both sides in their old order; returns how many they are. */
function partition(rows: Uint32Array, codes: Uint8Array, mask: Uint32Array, scratch: Uint32Array): number {
  let left = 0;
  let right = 0;
  for (const row of rows) {
    const bin = codes[row]!;
    if (((mask[bin >>> 5]! >>> (bin & 31)) & 1) === 1) rows[left++] = row;
    else scratch[right++] = row;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}
