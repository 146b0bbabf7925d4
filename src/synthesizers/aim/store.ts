import { z } from 'zod';
import { columnSchema, sharedFloat64, sharedUint32 } from '../../table/index.js';
import type { Bundle, BundleArray } from '../bundle.js';
import { badModel, bundleArray, readBundle, writeBundle } from '../bundle.js';
import type { ColumnCoder } from '../coding.js';
import { cellsOf } from '../workload.js';
import { gridOf } from '../grid.js';
import type { HeadsModel } from './heads/index.js';
import { classesOf } from './labels.js';
import type { AimModel } from './model.js';
import { aimOptionsSchema } from './options.js';
import { receiptSchema } from '../receipt.js';

const ID = 'aim';

const place = z.int().min(0);
const headColumn = z.strictObject({
  name: z.string(),
  size: z.int().min(1),
  scores: z.array(z.number()).optional(),
  missing: place.optional(),
});
const headsSchema = z.strictObject({
  features: z.array(headColumn),
  labels: z.array(headColumn),
  heads: z.array(
    z.strictObject({
      label: z.string(),
      classes: z.int().min(2),
      terms: z.array(
        z.strictObject({
          columns: z.array(place),
          inner: z.int().min(1),
          tables: z.array(z.array(z.number())),
        }),
      ),
      intercepts: z.array(z.number()),
    }),
  ),
  importance: z.array(z.number()),
});

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: aimOptionsSchema,
  /** What each column has beside its arrays `<column>.<field>`. */
  coders: z.array(z.strictObject({ size: z.int().min(1), missing: place.nullable() })),
  features: z.array(place),
  /** Cliques of features, by their places among them; the marginals are arrays `clique.<number>`. */
  tree: z.strictObject({
    cliques: z.array(z.array(place)),
    parents: z.array(z.int().min(-1)),
    separators: z.array(z.array(place)),
  }),
  labels: z.array(place),
  heads: headsSchema.nullable(),
  total: z.number(),
  receipt: receiptSchema,
});

/** Writes a model into an existing folder. */
export async function saveAim(dir: string, model: AimModel): Promise<void> {
  const { coders, graph, heads, ...rest } = model;
  const arrays = new Map<string, BundleArray>();
  for (const [c, coder] of coders.entries()) {
    for (const field of ['codeOf', 'start', 'cells', 'cumulative'] as const)
      arrays.set(`${c}.${field}`, coder[field]);
    if (coder.grid.cuts !== undefined) arrays.set(`${c}.cuts`, coder.grid.cuts);
  }
  for (const [i, belief] of graph.beliefs.entries()) arrays.set(`clique.${i}`, belief);
  const listed = coders.map(({ size, missing }) => ({ size, missing: missing ?? null }));
  const stored = { ...rest, coders: listed, tree: graph.tree, heads: heads ?? null };
  await writeBundle(dir, ID, { model: stored, arrays });
}

/** Reads what {@link saveAim} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadAim(dir: string): Promise<AimModel> {
  const bundle = await readBundle(dir, ID, modelSchema);
  const { coders: listed, tree, heads, ...rest } = bundle.model;
  const { schema, features, labels } = rest;
  const parted = [...features, ...labels].sort((a, b) => a - b);
  if (listed.length !== schema.length || parted.join() !== [...schema.keys()].join()) {
    throw badModel(dir, 'its lists differ in length');
  }
  const coders = schema.map((_, c) => readCoder(bundle, dir, c));
  const sizes = features.map((c) => coders[c]!.size);
  const beliefs = tree.cliques.map((_, i) =>
    bundleArray(bundle, dir, { name: `clique.${i}`, type: Float64Array }),
  );
  if (!soundTree(tree, sizes.length) || !soundBeliefs(tree.cliques, beliefs, sizes)) {
    throw badModel(dir, 'its graphical model is damaged');
  }
  const labelSizes = labels.map((c) => classesOf(coders[c]!));
  if ((heads === null) !== (labels.length === 0) || !soundHeads(heads ?? undefined, sizes, labelSizes)) {
    throw badModel(dir, 'its heads are damaged');
  }
  return { ...rest, coders, graph: { sizes, tree, beliefs }, heads: heads ?? undefined };
}

function readCoder(bundle: Bundle<z.output<typeof modelSchema>>, dir: string, c: number): ColumnCoder {
  const { size, missing } = bundle.model.coders[c]!;
  const schema = bundle.model.schema[c]!;
  const u32 = (field: string): Uint32Array =>
    bundleArray(bundle, dir, { name: `${c}.${field}`, type: Uint32Array });
  const f64 = (field: string): Float64Array =>
    bundleArray(bundle, dir, { name: `${c}.${field}`, type: Float64Array });
  const made = gridOf(schema);
  // the cut points are those of the fit, whatever this machine would make of the schema
  const grid = made.cuts === undefined ? made : { ...made, cuts: f64('cuts') };
  const coder: ColumnCoder = {
    schema,
    grid,
    size,
    missing: missing ?? undefined,
    codeOf: u32('codeOf'),
    start: u32('start'),
    cells: u32('cells'),
    cumulative: f64('cumulative'),
  };
  if (!soundCoder(coder)) throw badModel(dir, `the coding of column ${c} is damaged`);
  return coder;
}

function soundCoder({ grid, size, missing, codeOf, start, cells, cumulative }: ColumnCoder): boolean {
  if (grid.cuts !== undefined && grid.cuts.length !== grid.values + 1) return false;
  if (codeOf.length !== grid.cells || codeOf.some((code) => code >= size)) return false;
  if (missing !== undefined && missing >= size) return false;
  if (start.length !== size + 1 || start[0] !== 0 || start[size] !== cells.length) return false;
  if (start.some((from, k) => k > 0 && from <= start[k - 1]!)) return false;
  if (cumulative.length !== cells.length || cells.some((cell) => cell >= grid.cells)) return false;
  return cumulative.every((p) => p >= 0 && p <= 1 + 1e-6);
}

type Tree = z.output<typeof modelSchema>['tree'];

function soundTree({ cliques, parents, separators }: Tree, features: number): boolean {
  const n = cliques.length;
  if (parents.length !== n || separators.length !== n || parents[0] !== -1) return false;
  if (new Set(cliques.flat()).size !== features) return false;
  return cliques.every((clique, i) => {
    const parent = parents[i]!;
    if (i > 0 && !(parent >= 0 && parent < i)) return false;
    const within = [clique, ...(i > 0 ? [cliques[parent]!] : [])];
    return (
      clique.every((c, k) => c < features && (k === 0 || c > clique[k - 1]!)) &&
      separators[i]!.every((c) => within.every((set) => set.includes(c)))
    );
  });
}

function soundBeliefs(
  cliques: readonly (readonly number[])[],
  beliefs: readonly Float64Array[],
  sizes: readonly number[],
): boolean {
  return beliefs.every(
    (belief, i) =>
      belief.length === cellsOf(cliques[i]!, sizes) && belief.every((p) => p >= 0 && p <= 1 + 1e-6),
  );
}

/** Whether tables cover the codes that they will be asked for. */
function soundHeads(
  model: HeadsModel | undefined,
  sizes: readonly number[],
  labels: readonly number[],
): boolean {
  if (model === undefined) return true;
  const all = [...sizes, ...labels];
  if (model.heads.length !== labels.length) return false;
  return model.heads.every(({ classes, terms, intercepts }, l) => {
    if (classes !== labels[l] || intercepts.length !== (classes === 2 ? 1 : classes)) return false;
    return terms.every(({ columns, inner, tables }) => {
      const [a = -1, b] = columns;
      const known = columns.length <= 2 && columns.every((c) => c < sizes.length + l);
      const cells = known && a >= 0 ? all[a]! * inner : -1;
      const inside = inner === (b === undefined ? 1 : all[b]);
      return inside && tables.length === intercepts.length && tables.every((t) => t.length === cells);
    });
  });
}

/** The model with its numbers on shared memory, so that threads read them without a copy. */
export function shareModel(model: AimModel): AimModel {
  const coders = model.coders.map((coder) => ({
    ...coder,
    codeOf: shareU32(coder.codeOf),
    start: shareU32(coder.start),
    cells: shareU32(coder.cells),
    cumulative: shareF64(coder.cumulative),
  }));
  return { ...model, coders, graph: { ...model.graph, beliefs: model.graph.beliefs.map(shareF64) } };
}

function shareF64(from: Float64Array): Float64Array {
  const to = sharedFloat64(from.length);
  to.set(from);
  return to;
}

function shareU32(from: Uint32Array): Uint32Array {
  const to = sharedUint32(from.length);
  to.set(from);
  return to;
}
