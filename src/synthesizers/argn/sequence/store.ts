import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { columnSchema } from '../../../table/index.js';
import { badModel, readBundle, writeBundle } from '../../bundle.js';
import { curveSchema, networkFile, readParameters } from '../../training/index.js';
import { coderSchema } from '../coder.js';
import { loadArgn, saveArgn } from '../store.js';
import { sequenceManual } from './manual.js';
import type { ArgnSequenceModel } from './model.js';
import { layoutOfModel } from './model.js';
import { drawingNetwork } from './network.js';
import { sequenceOptionsSchema } from './options.js';

const ID = 'argn-sequences';
const CONTEXT = 'context';

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: sequenceOptionsSchema,
  coders: z.array(coderSchema),
  window: z.int().min(1),
  longest: z.int().min(1),
  curve: curveSchema,
});

/** Writes a model into an existing, empty folder: the network of one place, and the flat model of the context in a folder of its own. */
export async function saveSequences(dir: string, model: ArgnSequenceModel): Promise<void> {
  const { context, parameters, ...rest } = model;
  await mkdir(path.join(dir, CONTEXT));
  await saveArgn(path.join(dir, CONTEXT), context);
  const open = drawingNetwork(layoutOfModel(model).layout);
  const network = networkFile(open, parameters, sequenceManual(model));
  await writeBundle(dir, ID, { model: rest, arrays: new Map(), network });
}

/** Reads what {@link saveSequences} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadSequences(dir: string): Promise<ArgnSequenceModel> {
  const { model, network } = await readBundle(dir, ID, modelSchema);
  const context = await loadArgn(path.join(dir, CONTEXT));
  if (model.coders.length !== model.schema.length) throw badModel(dir, 'its columns are damaged');
  const { layout } = layoutOfModel({ ...model, context });
  return { ...model, context, parameters: readParameters(dir, drawingNetwork(layout), network?.model) };
}
