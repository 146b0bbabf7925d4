import { z } from 'zod';
import { columnSchema } from '../../table/index.js';
import type { OpenNetwork } from '../../tensor/index.js';
import { badModel, readBundle, writeBundle } from '../bundle.js';
import { areSoundCells } from '../cells.js';
import { curveSchema, networkFile, readParameters } from '../training/index.js';
import type { Coder } from './coder.js';
import { coderSchema, sourcesOf } from './coder.js';
import { argnManual } from './manual.js';
import type { ArgnModel } from './model.js';
import { drawingNetwork, layoutOf } from './network.js';
import { argnOptionsSchema } from './options.js';
import { partsOf } from './parts.js';
import { receiptSchema } from '../receipt.js';

const ID = 'argn';

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: argnOptionsSchema,
  coders: z.array(coderSchema),
  order: z.array(z.int().min(0)),
  reads: z.array(z.array(z.int().min(0))).optional(),
  receipt: receiptSchema.optional(),
  curve: curveSchema,
});

/** Writes a model into an existing folder. */
export async function saveArgn(dir: string, model: ArgnModel): Promise<void> {
  const { parameters, ...rest } = model;
  const open = networkOf(model);
  await writeBundle(dir, ID, {
    model: rest,
    arrays: new Map(),
    network: open && networkFile(open, parameters, argnManual(model)),
  });
}

/** The network that draws; none where a table is constant. */
function networkOf({
  coders,
  options,
  reads,
}: Pick<ArgnModel, 'coders' | 'options' | 'reads'>): OpenNetwork | undefined {
  const parts = partsOf(coders);
  return parts.parts.length === 0 ? undefined : drawingNetwork(parts, layoutOf(parts, options.units, reads));
}

/** Reads what {@link saveArgn} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadArgn(dir: string): Promise<ArgnModel> {
  const bundle = await readBundle(dir, ID, modelSchema);
  const { model } = bundle;
  const { schema, coders, order } = model;
  const inOrder = new Set(order.filter((c) => c < schema.length));
  if (coders.length !== schema.length || order.length !== schema.length || inOrder.size !== schema.length) {
    throw badModel(dir, 'its columns are damaged');
  }
  if (!coders.every((coder, c) => isSound(coder, schema[c]!.categories?.length))) {
    throw badModel(dir, 'its codes are damaged');
  }
  if (!areSoundReads(model.reads, schema.length) || !areSoundSources(coders, order)) {
    throw badModel(dir, 'its columns are damaged');
  }
  return { ...model, parameters: readParameters(dir, networkOf(model), bundle.network?.model) };
}

function areSoundReads(reads: readonly (readonly number[])[] | undefined, columns: number): boolean {
  if (reads === undefined) return true;
  return (
    reads.length === columns &&
    reads.every((list, c) => new Set(list).size === list.length && list.every((x) => x < columns && x !== c))
  );
}

/** Only numbers of columns drawn before can be repeated. */
function areSoundSources(coders: readonly Coder[], order: readonly number[]): boolean {
  const place = new Map(order.map((c, i) => [c, i]));
  return coders.every((coder, c) =>
    sourcesOf(coder).every((s) => coders[s]?.kind === 'numbers' && place.get(s)! < place.get(c)!),
  );
}

function isSound(coder: Coder, categories: number | undefined): boolean {
  const missing = coder.missing === null || coder.missing === coder.size - 1;
  const present = coder.size - (coder.missing === null ? 0 : 1);
  if (coder.kind === 'cells') return areSoundCells(coder);
  if (coder.kind === 'numbers')
    return missing && categories === undefined && coder.borders.length === present;
  const own = coder.categoryOf.length + (coder.rare === null ? 0 : 1);
  return (
    missing &&
    own === present &&
    coder.codeOf.length === categories &&
    coder.codeOf.every((code) => code < Math.max(present, 1)) &&
    coder.categoryOf.every((category) => category < categories) &&
    (coder.rare === null || coder.rare === coder.categoryOf.length)
  );
}
