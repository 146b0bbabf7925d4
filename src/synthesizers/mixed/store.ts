import { z } from 'zod';
import { columnSchema } from '../../table/index.js';
import type { OpenNetwork } from '../../tensor/index.js';
import { areSoundCells } from '../cells.js';
import { badModel, readBundle, writeBundle } from '../bundle.js';
import { receiptSchema } from '../receipt.js';
import { curveSchema, networkFile, readParameters } from '../training/index.js';
import type { Coder } from './coder.js';
import { coderSchema } from './coder.js';
import type { NetworkKind, NetworkModel } from './fitted.js';

/** What every model says of itself; a synthesizer's schema has these fields and its own. */
export const modelFields = {
  schema: z.array(columnSchema),
  coders: z.array(coderSchema),
  curve: curveSchema,
  receipt: receiptSchema.optional(),
};

/** Writes a model into an existing folder. */
export async function saveNetwork<M extends NetworkModel>(
  dir: string,
  { id, network, manual }: NetworkKind<M>,
  model: M,
): Promise<void> {
  const { parameters, ...rest } = model;
  const open = network(model);
  await writeBundle(dir, id, {
    model: rest,
    arrays: new Map(),
    network: open && networkFile(open, parameters, manual(model)),
  });
}

export interface LoadRequest<S extends z.ZodType> {
  readonly id: string;
  readonly schema: S;
  /** The network that draws; none where a table is constant. */
  readonly network: (model: z.output<S>) => OpenNetwork | undefined;
}

/** Reads what {@link saveNetwork} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadNetwork<S extends z.ZodType<Omit<NetworkModel, 'parameters'>>>(
  dir: string,
  { id, schema, network }: LoadRequest<S>,
): Promise<z.output<S> & { readonly parameters: Float32Array }> {
  const bundle = await readBundle(dir, id, schema);
  const { model } = bundle;
  if (model.coders.length !== model.schema.length) throw badModel(dir, 'its columns are damaged');
  if (!model.coders.every((coder, c) => isSound(coder, model.schema[c]!.categories?.length))) {
    throw badModel(dir, 'its codes are damaged');
  }
  return { ...model, parameters: readParameters(dir, network(model), bundle.network?.model) };
}

function isSound(coder: Coder, categories: number | undefined): boolean {
  if (coder.kind === 'cells') return areSoundCells(coder);
  const missing = coder.missing === null || coder.missing === coder.size - 1;
  const present = coder.size - (coder.missing === null ? 0 : 1);
  if (coder.kind === 'numbers') {
    return (
      missing &&
      categories === undefined &&
      coder.spikes.length + coder.modes.length === present &&
      coder.modes.every(
        (mode) =>
          mode.kind === 'normal' ||
          (mode.low.length > 0 &&
            mode.low.length === mode.high.length &&
            mode.low.length === mode.upTo.length),
      )
    );
  }
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
