import { z } from 'zod';
import type { Column } from '../../table/index.js';
import { columnSchema, isNumericKind } from '../../table/index.js';
import { receiptSchema } from '../receipt.js';
import type { Bundle, BundleArray } from '../bundle.js';
import { badModel, bundleArray, readBundle, writeBundle } from '../bundle.js';
import type { ReweightModel } from './model.js';
import { reweightOptionsSchema } from './options.js';

const ID = 'reweight';

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: reweightOptionsSchema,
  unmatched: z.array(z.strictObject({ columns: z.array(z.string()), share: z.number(), error: z.number() })),
  total: z.number(),
  receipt: receiptSchema,
});

/** Writes a model, with the public records, into an existing folder. */
export async function saveReweight(dir: string, model: ReweightModel): Promise<void> {
  const { columns, weights, ...rest } = model;
  const arrays = new Map<string, BundleArray>([['weights', weights]]);
  for (const [c, column] of columns.entries()) {
    arrays.set(`${c}.cells`, column.type === 'numeric' ? column.values : column.codes);
    arrays.set(`${c}.valid`, column.valid);
  }
  await writeBundle(dir, ID, { model: rest, arrays });
}

/** Reads what {@link saveReweight} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadReweight(dir: string): Promise<ReweightModel> {
  const bundle = await readBundle(dir, ID, modelSchema);
  const weights = bundleArray(bundle, dir, { name: 'weights', type: Float64Array });
  const columns = bundle.model.schema.map((_, c) => readColumn(bundle, dir, c));
  const whole = columns.every((column) => column.valid.length === weights.length);
  if (!whole || weights.length === 0 || !weights.every((w) => w >= 0 && w <= 1)) {
    throw badModel(dir, 'its records and weights do not fit together');
  }
  return { ...bundle.model, columns, weights };
}

function readColumn(bundle: Bundle<z.output<typeof modelSchema>>, dir: string, c: number): Column {
  const schema = bundle.model.schema[c]!;
  const valid = bundleArray(bundle, dir, { name: `${c}.valid`, type: Uint8Array });
  const name = `${c}.cells`;
  const column: Column = isNumericKind(schema.kind)
    ? { type: 'numeric', schema, values: bundleArray(bundle, dir, { name, type: Float64Array }), valid }
    : {
        type: 'categorical',
        schema: { ...schema, categories: schema.categories ?? [] },
        codes: bundleArray(bundle, dir, { name, type: Uint32Array }),
        valid,
      };
  const cells = column.type === 'numeric' ? column.values : column.codes;
  const known =
    column.type === 'numeric' ||
    column.codes.every((code, i) => valid[i] !== 1 || code < column.schema.categories.length);
  if (cells.length !== valid.length || !known) throw badModel(dir, `column ${c} is damaged`);
  return column;
}
