import type { BinnedColumn } from './binning.js';
import { HistogramLayout, subtractHistogram } from './histogram.js';
import type { CompiledBoosting } from './options.js';
import type { NodeSums, Split } from './split.js';
import { SplitFinder } from './split.js';
import type { TreeData } from './tree.js';

/** A node that may still be split; its rows are `rows[start … end − 1]`. */
interface OpenNode {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly sums: NodeSums;
  readonly histogram: Float64Array;
  readonly split: Split;
}

interface Leaf {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** What one tree is grown from. */
export interface GrowRequest {
  /** The score that the tree adds to. */
  readonly output: number;
  /** First and second derivatives of every row of the table. */
  readonly g: Float64Array;
  readonly h: Float64Array;
  /** The rows to learn from, ascending. */
  readonly sample: Uint32Array;
  /** The columns to learn from, ascending. */
  readonly features: Uint32Array;
}

/**
 * Grows trees on binned columns, one after the other, in memory that is reused. The rows of a node are contiguous in one
 * array of row numbers, which a split partitions in place; the smaller child's histogram is summed, the larger one's is
 * the parent's less that.
 */
export class TreeGrower {
  readonly #columns: readonly BinnedColumn[];
  readonly #options: CompiledBoosting;
  readonly #finder: SplitFinder;
  readonly #rows: Uint32Array;
  readonly #spare: Uint32Array;
  readonly #nodeG: Float64Array;
  readonly #nodeH: Float64Array;
  readonly #goesLeft = new Uint8Array(256);
  #layout: HistogramLayout;
  #freeHistograms: Float64Array[] = [];
  #leaves: Leaf[] = [];
  #noise = 0;
  #tree: TreeData = emptyTree(0);

  constructor(columns: readonly BinnedColumn[], rows: number, options: CompiledBoosting) {
    this.#columns = columns;
    this.#options = options;
    this.#finder = new SplitFinder(
      options,
      columns.map((column) => column.binning.type === 'nominal'),
    );
    this.#rows = new Uint32Array(rows);
    this.#spare = new Uint32Array(rows);
    this.#nodeG = new Float64Array(rows);
    this.#nodeH = new Float64Array(rows);
    this.#layout = new HistogramLayout(columns, new Uint32Array(0));
  }

  grow(request: GrowRequest): TreeData {
    const { sample } = request;
    this.#useFeatures(request.features);
    this.#rows.set(sample);
    this.#leaves = [];
    this.#tree = emptyTree(request.output);
    const open: OpenNode[] = [];
    let g = 0;
    let h = 0;
    let squares = 0;
    for (let i = 0; i < sample.length; i++) {
      const row = sample[i]!;
      const rowG = request.g[row]!;
      g += rowG;
      h += request.h[row]!;
      squares += rowG * rowG;
    }
    this.#noise = squares / h;
    const root = { id: this.#addNode({ g, h }), start: 0, end: sample.length, depth: 0, sums: { g, h } };
    if (this.#maySplit(root)) {
      const histogram = this.#takeHistogram();
      this.#sum(histogram, root, request);
      this.#offer(open, root, histogram);
    } else this.#leaves.push(root);
    for (let leaves = 1; open.length > 0; leaves++) {
      if (leaves === this.#options.maxLeaves) break;
      this.#expand(this.#takeNext(open), open, request);
    }
    for (const node of open) {
      this.#leaves.push(node);
      this.#freeHistograms.push(node.histogram);
    }
    return this.#tree;
  }

  /** Adds the values of the tree grown last to the scores of the rows that it learnt from. */
  addToSample(scores: Float64Array): void {
    for (const { id, start, end } of this.#leaves) {
      const value = this.#tree.value[id]!;
      for (let i = start; i < end; i++) scores[this.#rows[i]!]! += value;
    }
  }

  /** Splits a node, and offers its children or makes leaves of them. */
  #expand(node: OpenNode, open: OpenNode[], request: GrowRequest): void {
    const { split, sums } = node;
    const middle = this.#partition(node);
    const right = { g: sums.g - split.left.g, h: sums.h - split.left.h };
    const depth = node.depth + 1;
    const leftId = this.#addNode(split.left);
    const children = [
      { id: leftId, start: node.start, end: middle, depth, sums: split.left },
      { id: this.#addNode(right), start: middle, end: node.end, depth, sums: right },
    ] as const;
    this.#setSplit(node.id, leftId, split);
    const leftIsSmaller = middle - node.start <= node.end - middle;
    const [small, large] = leftIsSmaller ? children : [children[1], children[0]];
    const splitSmall = this.#maySplit(small);
    const splitLarge = this.#maySplit(large);
    if (splitLarge) {
      const histogram = this.#takeHistogram();
      this.#sum(histogram, small, request);
      subtractHistogram(node.histogram, histogram);
      this.#offer(open, large, node.histogram);
      if (splitSmall) this.#offer(open, small, histogram);
      else this.#freeHistograms.push(histogram);
    } else if (splitSmall) {
      this.#sum(node.histogram, small, request);
      this.#offer(open, small, node.histogram);
    } else this.#freeHistograms.push(node.histogram);
    if (!splitLarge) this.#leaves.push(large);
    if (!splitSmall) this.#leaves.push(small);
  }

  #maySplit(node: { start: number; end: number; depth: number; sums: NodeSums }): boolean {
    return (
      node.depth < this.#options.maxDepth &&
      node.end - node.start > 1 &&
      node.sums.h >= 2 * this.#options.minChildWeight &&
      this.#layout.features.length > 0
    );
  }

  /** Puts a node on the list of those to split, or makes it a leaf when no split pays. */
  #offer(open: OpenNode[], node: Omit<OpenNode, 'histogram' | 'split'>, histogram: Float64Array): void {
    const split = this.#finder.find(this.#layout, histogram, { ...node.sums, noise: this.#noise });
    if (split !== undefined) open.push({ ...node, histogram, split });
    else {
      this.#leaves.push(node);
      this.#freeHistograms.push(histogram);
    }
  }

  /** With a limit on leaves the node of largest gain, the earlier of equals; else the last, which needs least memory. */
  #takeNext(open: OpenNode[]): OpenNode {
    let best = open.length - 1;
    if (this.#options.maxLeaves !== undefined) {
      best = 0;
      for (let i = 1; i < open.length; i++) {
        const ahead = open[i]!.split.gain - open[best]!.split.gain;
        if (ahead > 0 || (ahead === 0 && open[i]!.id < open[best]!.id)) best = i;
      }
    }
    return open.splice(best, 1)[0]!;
  }

  /** Moves the rows that go left before those that go right, each in their order; returns where the right begin. */
  #partition({ start, end, split }: OpenNode): number {
    const rows = this.#rows;
    const spare = this.#spare;
    const goesLeft = this.#goesLeft;
    const { codes, bins } = this.#columns[split.feature]!;
    goesLeft.fill(0);
    if (typeof split.at === 'number') goesLeft.fill(1, 0, split.at + 1);
    else for (const bin of split.at) goesLeft[bin] = 1;
    goesLeft[bins] = split.missingLeft ? 1 : 0;
    let left = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      const side = goesLeft[codes[row]!]!;
      rows[left] = row;
      spare[right] = row;
      left += side;
      right += 1 - side;
    }
    rows.set(spare.subarray(0, right), left);
    return left;
  }

  #sum(histogram: Float64Array, { start, end }: { start: number; end: number }, from: GrowRequest): void {
    const { g, h } = from;
    const rows = this.#rows;
    const nodeG = this.#nodeG;
    const nodeH = this.#nodeH;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      nodeG[i - start] = g[row]!;
      nodeH[i - start] = h[row]!;
    }
    this.#layout.build(histogram, { rows, start, end }, nodeG, nodeH);
  }

  #addNode(sums: NodeSums): number {
    const { learningRate, l2 } = this.#options;
    const tree = this.#tree;
    tree.feature.push(-1);
    tree.split.push(-1);
    tree.missingLeft.push(false);
    tree.child.push(-1);
    tree.value.push(sums.h + l2 > 0 ? (-learningRate * sums.g) / (sums.h + l2) : 0);
    tree.gain.push(0);
    return tree.feature.length - 1;
  }

  #setSplit(id: number, leftChild: number, split: Split): void {
    const tree = this.#tree;
    tree.feature[id] = split.feature;
    tree.split[id] = typeof split.at === 'number' ? split.at : [...split.at];
    tree.missingLeft[id] = split.missingLeft;
    tree.child[id] = leftChild;
    tree.value[id] = 0;
    tree.gain[id] = split.gain;
  }

  #useFeatures(features: Uint32Array): void {
    const same =
      features.length === this.#layout.features.length &&
      features.every((f, i) => f === this.#layout.features[i]);
    if (same) return;
    this.#layout = new HistogramLayout(this.#columns, features);
    this.#freeHistograms = [];
  }

  #takeHistogram(): Float64Array {
    return this.#freeHistograms.pop() ?? new Float64Array(this.#layout.size);
  }
}

function emptyTree(output: number): TreeData {
  return { output, feature: [], split: [], missingLeft: [], child: [], value: [], gain: [] };
}
