import type { Feature, Split, SplitLimits } from './split.js';
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

/** A node of more rows looks for its split on an even part of them, and on all of them when that part shows none. */
const LARGE_ROWS = 40_000;
const SEARCHED_ROWS = 16_384;

/** Rows of features and target that lie close together, so that the nodes below find them near the processor. */
interface Frame {
  readonly features: readonly Feature[];
  readonly search: SplitSearch;
  /** Training row of each row of the frame; absent: the same. */
  readonly rows?: Uint32Array;
  readonly size: number;
}

/** Grows a tree from the root, depth first; a node without a good split becomes a leaf. */
export function growTree(request: GrowRequest): GrownTree {
  const { features, target, limits } = request;
  const builder = new TreeBuilder();
  const leaves: Uint32Array[] = [];
  const rows = Uint32Array.from(request.rows);
  const scratch = new Uint32Array(rows.length);
  const grow = (node: number, part: Uint32Array, { depth, frame }: { depth: number; frame: Frame }): void => {
    if (part.length <= LARGE_ROWS && part.length < frame.size / 2 && frame.rows === undefined) {
      const near = frameOf(request, part);
      grow(node, Uint32Array.from(part.keys()), { depth, frame: near });
      return;
    }
    const split = depth < MAX_DEPTH ? bestSplit(frame, part) : undefined;
    if (split === undefined) {
      builder.close(node);
      leaves.push(frame.rows === undefined ? part : part.map((row) => frame.rows![row]!));
      return;
    }
    const children = builder.split(node, split.feature.column, split.mask);
    const middle = partition(part, split.feature.codes, { mask: split.mask, scratch });
    grow(children.left, part.subarray(0, middle), { depth: depth + 1, frame });
    grow(children.right, part.subarray(middle), { depth: depth + 1, frame });
  };
  const whole = { features, search: new SplitSearch(target, limits), size: targetRows(target) };
  grow(builder.addNode(), rows, { depth: 0, frame: whole });
  return { tree: builder.build(), leaves };
}

function bestSplit({ search, features }: Frame, part: Uint32Array): Split | undefined {
  if (part.length > LARGE_ROWS) {
    const some = Uint32Array.from({ length: SEARCHED_ROWS }, (_, i) => {
      return part[Math.floor((i * part.length) / SEARCHED_ROWS)]!;
    });
    const split = search.best(some, features);
    if (split !== undefined) return split;
  }
  return search.best(part, features);
}

function frameOf({ features, target, limits }: GrowRequest, rows: Uint32Array): Frame {
  return {
    features: features.map((f) => ({ ...f, codes: rowsOf(f.codes, rows) })),
    search: new SplitSearch(targetOf(target, rows), limits),
    rows: Uint32Array.from(rows),
    size: rows.length,
  };
}

function targetOf({ width, points }: Target, rows: Uint32Array): Target {
  if (points.type === 'classes') {
    return { width, points: { type: 'classes', classes: rowsOf(points.classes, rows) } };
  }
  const scores = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < width; j++) scores[i * width + j] = points.scores[rows[i]! * width + j]!;
  }
  return { width, points: { type: 'scores', scores } };
}

function targetRows({ width, points }: Target): number {
  return points.type === 'classes' ? points.classes.length : points.scores.length / width;
}

function rowsOf(codes: Uint8Array, rows: Uint32Array): Uint8Array {
  const out = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = codes[rows[i]!]!;
  return out;
}

/** Moves the rows that go left to the front, both sides in their old order; returns how many they are. */
function partition(
  rows: Uint32Array,
  codes: Uint8Array,
  { mask, scratch }: { mask: Uint32Array; scratch: Uint32Array },
): number {
  let left = 0;
  let right = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const bin = codes[row]!;
    if (((mask[bin >>> 5]! >>> (bin & 31)) & 1) === 1) rows[left++] = row;
    else scratch[right++] = row;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}
