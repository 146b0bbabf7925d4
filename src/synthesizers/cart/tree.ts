import { sharedUint32 } from '../../table/index.js';

/** Words of 32 bins in a split's mask: bins are bytes, so 256 bits. */
export const MASK_WORDS = 8;

/** `Tree.column` of a leaf. */
export const LEAF = 0xffff_ffff;

/**
 * A binary tree over bin numbers, as flat arrays on shared memory; node 0 is the root and children follow their parent.
 * A row goes left when the bit of its bin is set in the node's mask, which serves ordered, unordered and missing bins alike.
 */
export interface Tree {
  /** The table column that a node asks about; {@link LEAF} in a leaf. */
  readonly column: Uint32Array;
  /** Left child; in a leaf, the leaf's number. */
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** {@link MASK_WORDS} words a node. */
  readonly masks: Uint32Array;
}

/** The leaf that a row falls into; `codes[c]` are the bins of table column `c`. */
export function leafOf(tree: Tree, codes: readonly Uint8Array[], row: number): number {
  let node = 0;
  for (;;) {
    const column = tree.column[node]!;
    if (column === LEAF) return tree.left[node]!;
    const bin = codes[column]![row]!;
    const goesLeft = (tree.masks[node * MASK_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1;
    node = goesLeft === 1 ? tree.left[node]! : tree.right[node]!;
  }
}

/** Collects nodes while a tree grows. */
export class TreeBuilder {
  readonly #column: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #masks: number[] = [];
  #leaves = 0;

  /** Makes room for a node and returns its number. */
  addNode(): number {
    this.#column.push(LEAF);
    this.#left.push(0);
    this.#right.push(0);
    for (let w = 0; w < MASK_WORDS; w++) this.#masks.push(0);
    return this.#column.length - 1;
  }

  /** Makes a node a leaf; leaves are numbered in the order of these calls. */
  close(node: number): void {
    this.#left[node] = this.#leaves++;
  }

  split(node: number, column: number, mask: Uint32Array): { left: number; right: number } {
    const left = this.addNode();
    const right = this.addNode();
    this.#column[node] = column;
    this.#left[node] = left;
    this.#right[node] = right;
    for (let w = 0; w < MASK_WORDS; w++) this.#masks[node * MASK_WORDS + w] = mask[w]!;
    return { left, right };
  }

  build(): Tree {
    return {
      column: shared(this.#column),
      left: shared(this.#left),
      right: shared(this.#right),
      masks: shared(this.#masks),
    };
  }
}

function shared(values: readonly number[]): Uint32Array {
  const array = sharedUint32(values.length);
  array.set(values);
  return array;
}
