import { z } from 'zod';

/** Words of a set of bins (256 bits). */
const SET_WORDS = 8;
const LEAF = -1;
const NO_BIN = 256;

/** A tree as it stands in a model file. */
export const treeSchema = z
  .strictObject({
    /** The score that the tree adds to: 0, or the class. */
    output: z.int().min(0),
    /** Column of each inner node; −1 for a leaf. */
    feature: z.array(z.int().min(LEAF)).min(1),
    /** Ordered columns: the last bin that goes left. Nominal columns: the bins that go left. Leaves: −1. */
    split: z.array(z.union([z.int(), z.array(z.int().min(0).max(255))])),
    /** Whether a missing value goes left. */
    missingLeft: z.array(z.boolean()),
    /** The left child; the right child is the next node. Leaves: −1. */
    child: z.array(z.int().min(LEAF)),
    /** What a leaf adds to the score. */
    value: z.array(z.number()),
    /** Gain of each split (Chen and Guestrin eq. 7), 0 for leaves. */
    gain: z.array(z.number()),
  })
  .refine(
    (t) =>
      [t.split, t.missingLeft, t.child, t.value, t.gain].every((list) => list.length === t.feature.length) &&
      t.feature.every((f, i) =>
        f === LEAF ? true : t.child[i]! > i && t.child[i]! + 1 < t.feature.length && t.split[i] !== LEAF,
      ),
    'the node lists do not form a tree',
  );

/** A tree as plain data. */
export type TreeData = z.infer<typeof treeSchema>;

/** A tree in arrays, for prediction from bin numbers. */
export interface Tree {
  readonly output: number;
  readonly feature: Int32Array;
  /** Ordered: the last bin to the left. Nominal: −1 − (place of its set in `sets`). */
  readonly split: Int32Array;
  /** The missing bin's number where missing goes left, else {@link NO_BIN}. */
  readonly missingLeft: Int32Array;
  readonly child: Int32Array;
  readonly value: Float64Array;
  readonly sets: Uint32Array;
}

/** @param missingBins the missing bin of every column */
export function compileTree(data: TreeData, missingBins: ArrayLike<number>): Tree {
  const sets: number[] = [];
  const split = data.split.map((at) => {
    if (typeof at === 'number') return at;
    const start = sets.length;
    for (let word = 0; word < SET_WORDS; word++) sets.push(0);
    for (const bin of at) sets[start + (bin >>> 5)]! |= 1 << (bin & 31);
    return -1 - start;
  });
  return {
    output: data.output,
    feature: Int32Array.from(data.feature),
    split: Int32Array.from(split),
    missingLeft: Int32Array.from(data.feature, (f, i) => (data.missingLeft[i]! ? missingBins[f]! : NO_BIN)),
    child: Int32Array.from(data.child),
    value: Float64Array.from(data.value),
    sets: Uint32Array.from(sets),
  };
}

/**
 * Adds the tree's value for each row to that row's score. A missing bin is larger than every value bin and in no set, so
 * that it goes right unless the node says otherwise.
 * @param codes the bin numbers of every column
 * @param rows the rows to do; absent: all
 */
export function addTree(
  tree: Tree,
  codes: readonly Uint8Array[],
  scores: Float64Array,
  rows?: Uint32Array,
): void {
  const { feature, split, missingLeft, child, value, sets } = tree;
  const n = rows?.length ?? scores.length;
  for (let i = 0; i < n; i++) {
    const row = rows === undefined ? i : rows[i]!;
    let node = 0;
    let f = feature[0]!;
    while (f >= 0) {
      const bin = codes[f]![row]!;
      const at = split[node]!;
      const left =
        bin === missingLeft[node]! ||
        (at >= 0 ? bin <= at : ((sets[-1 - at + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1);
      node = child[node]! + (left ? 0 : 1);
      f = feature[node]!;
    }
    scores[row]! += value[node]!;
  }
}
