import { z } from 'zod';

/** Words of a set of bins (256 bits). */
const SET_WORDS = 8;
const LEAF = -1;

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

/** Bin numbers row by row: a row's bins lie side by side, so that a walk through many trees stays within one or two lines of memory. */
export interface BinRows {
  /** rows × width. */
  readonly bins: Uint8Array;
  readonly width: number;
}

/** Rows `start` … `end` − 1 of columns of bin numbers, as rows. */
export function toBinRows(codes: readonly Uint8Array[], start: number, end: number): BinRows {
  const width = codes.length;
  const bins = new Uint8Array((end - start) * width);
  for (let f = 0; f < width; f++) {
    const column = codes[f]!;
    for (let row = start, at = f; row < end; row++, at += width) bins[at] = column[row]!;
  }
  return { bins, width };
}

/** A tree in arrays, for prediction from bin numbers. */
export interface Tree {
  readonly output: number;
  /** Place of the column in a row of bins; −1 for a leaf. */
  readonly feature: Int32Array;
  /** The left child; the right child is the next node. */
  readonly child: Int32Array;
  readonly value: Float64Array;
  /** {@link SET_WORDS} words a node: the bins that go left, the missing bin among them. */
  readonly left: Uint32Array;
}

/**
 * @param missingBins the missing bin of every column
 * @param places where a row of bins has each column; absent: in the order of the columns
 */
export function compileTree(
  data: TreeData,
  missingBins: ArrayLike<number>,
  places?: ReadonlyMap<number, number>,
): Tree {
  const left = new Uint32Array(data.feature.length * SET_WORDS);
  for (const [node, f] of data.feature.entries()) {
    if (f < 0) continue;
    const set = (bin: number): void => {
      left[node * SET_WORDS + (bin >>> 5)]! |= 1 << (bin & 31);
    };
    const at = data.split[node]!;
    if (typeof at === 'number') for (let bin = 0; bin <= at; bin++) set(bin);
    else for (const bin of at) set(bin);
    if (data.missingLeft[node]!) set(missingBins[f]!);
  }
  return {
    output: data.output,
    feature: Int32Array.from(data.feature, (f) => (f < 0 ? LEAF : (places?.get(f) ?? f))),
    child: Int32Array.from(data.child),
    value: Float64Array.from(data.value),
    left,
  };
}

/** Adds the tree's value for each row to that row's score. @param rows the rows to do; absent: all */
export function addTree(
  tree: Tree,
  { bins, width }: BinRows,
  scores: Float64Array,
  rows?: Uint32Array,
): void {
  const { feature, child, value, left } = tree;
  const n = rows?.length ?? scores.length;
  for (let i = 0; i < n; i++) {
    const row = rows === undefined ? i : rows[i]!;
    const at = row * width;
    let node = 0;
    let f = feature[0]!;
    while (f >= 0) {
      const bin = bins[at + f]!;
      node = child[node]! + 1 - ((left[node * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1);
      f = feature[node]!;
    }
    scores[row]! += value[node]!;
  }
}
