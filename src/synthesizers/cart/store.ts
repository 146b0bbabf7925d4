import { z } from 'zod';
import { columnSchema } from '../../table/index.js';
import { binningSchema } from '../../trees/index.js';
import { boundsSchema } from '../bounds.js';
import type { Bundle, BundleArray } from '../bundle.js';
import { badModel, bundleArray, readBundle, writeBundle } from '../bundle.js';
import type { Leaves } from './leaves.js';
import { headSchema, readHead, writeHead } from './head-store.js';
import type { CartModel, ColumnModel, Stage } from './model.js';
import { settledOptionsSchema } from './options.js';
import type { Tree } from './tree.js';
import { LEAF, MASK_WORDS } from './tree.js';

const ID = 'cart';

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: settledOptionsSchema,
  order: z.array(z.int().min(0)),
  binnings: z.array(binningSchema),
  bounds: z.array(boundsSchema.nullable()),
  /** What each column has; the numbers of trees are arrays named `<column>.<stage>.<field>`. */
  columns: z.array(
    z.strictObject({
      missing: z.boolean(),
      value: z.union([z.literal('none'), z.literal('tree'), headSchema]),
    }),
  ),
});

/** Writes a model into an existing folder. */
export async function saveCart(dir: string, model: CartModel): Promise<void> {
  const arrays = new Map<string, BundleArray>();
  const columns = model.columns.map(({ missing, value }, c) => {
    if (missing !== undefined) putStage(arrays, `${c}.missing`, missing);
    if (value?.type === 'tree') putStage(arrays, `${c}.value`, value);
    return {
      missing: missing !== undefined,
      value: value === undefined ? 'none' : value.type === 'tree' ? 'tree' : writeHead(value),
    };
  });
  await writeBundle(dir, ID, { model: { ...model, columns }, arrays });
}

/** Reads what {@link saveCart} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadCart(dir: string): Promise<CartModel> {
  const bundle = await readBundle(dir, ID, modelSchema);
  const { schema, options, order, binnings, bounds } = bundle.model;
  const d = schema.length;
  const whole = [binnings, bounds, bundle.model.columns, new Set(order)].every((list) => sizeOf(list) === d);
  if (!whole || order.length !== d || order.some((c) => c >= d))
    throw badModel(dir, 'its lists differ in length');
  const columns = bundle.model.columns.map(({ missing, value }, c): ColumnModel => {
    const earlier = new Set(order.slice(0, order.indexOf(c)));
    const reader = new StageReader(bundle, dir, earlier);
    const outcomes = schema[c]!.categories?.length;
    return {
      missing: missing ? reader.stage(`${c}.missing`, 2) : undefined,
      value:
        value === 'none'
          ? undefined
          : value === 'tree'
            ? reader.stage(`${c}.value`, outcomes)
            : readHead(value, { dir, label: schema[c]!, earlier: [...earlier].map((p) => schema[p]!) }),
    };
  });
  return { schema, options, order, binnings, bounds, columns };
}

function sizeOf(list: readonly unknown[] | ReadonlySet<unknown>): number {
  return 'size' in list ? list.size : list.length;
}

const treeFields = ['column', 'left', 'right', 'masks'] as const;
const leafFields = ['low', 'high', 'cumulative'] as const;

function putStage(arrays: Map<string, BundleArray>, prefix: string, { tree, leaves }: Stage): void {
  for (const field of treeFields) arrays.set(`${prefix}.${field}`, tree[field]);
  arrays.set(`${prefix}.start`, leaves.start);
  for (const field of leafFields) arrays.set(`${prefix}.${field}`, leaves[field]);
}

/** Reads trees and checks that drawing from them can neither run on for ever nor leave the arrays. */
class StageReader {
  readonly #bundle: Bundle<unknown>;
  readonly #dir: string;
  /** Columns that a split may ask about. */
  readonly #earlier: ReadonlySet<number>;

  constructor(bundle: Bundle<unknown>, dir: string, earlier: ReadonlySet<number>) {
    this.#bundle = bundle;
    this.#dir = dir;
    this.#earlier = earlier;
  }

  /** `outcomes`: the number of categories, undefined for numbers. */
  stage(prefix: string, outcomes: number | undefined): Stage {
    const u32 = (field: string): Uint32Array => this.#array(`${prefix}.${field}`, Uint32Array);
    const f64 = (field: string): Float64Array => this.#array(`${prefix}.${field}`, Float64Array);
    const tree = { column: u32('column'), left: u32('left'), right: u32('right'), masks: u32('masks') };
    const leaves = { start: u32('start'), low: f64('low'), high: f64('high'), cumulative: f64('cumulative') };
    if (!this.#soundTree(tree, leaves.start.length - 1) || !soundLeaves(leaves, outcomes)) {
      throw badModel(this.#dir, `the tree '${prefix}' is damaged`);
    }
    return { type: 'tree', tree, leaves };
  }

  #array<A extends BundleArray>(name: string, type: new (length: number) => A): A {
    return bundleArray(this.#bundle, this.#dir, { name, type });
  }

  #soundTree({ column, left, right, masks }: Tree, leaves: number): boolean {
    const nodes = column.length;
    if (nodes === 0 || left.length !== nodes || right.length !== nodes) return false;
    if (masks.length !== nodes * MASK_WORDS) return false;
    return column.every((c, node) => {
      if (c === LEAF) return left[node]! < leaves;
      const below = (child: number): boolean => child > node && child < nodes;
      return this.#earlier.has(c) && below(left[node]!) && below(right[node]!);
    });
  }
}

function soundLeaves({ start, low, high, cumulative }: Leaves, outcomes: number | undefined): boolean {
  const n = low.length;
  if (high.length !== n || cumulative.length !== n || start[0] !== 0 || start.at(-1) !== n) return false;
  for (let leaf = 0; leaf + 1 < start.length; leaf++) {
    if (start[leaf + 1]! <= start[leaf]!) return false;
    let weight = 0;
    for (let k = start[leaf]!; k < start[leaf + 1]!; k++) {
      if (!(cumulative[k]! > weight && low[k]! <= high[k]!)) return false;
      weight = cumulative[k]!;
      if (outcomes !== undefined && !(Number.isInteger(low[k]) && low[k] === high[k] && low[k]! < outcomes))
        return false;
    }
  }
  return true;
}
