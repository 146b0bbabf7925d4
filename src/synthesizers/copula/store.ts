import { z } from 'zod';
import { columnSchema } from '../../table/index.js';
import { boundsSchema } from '../bounds.js';
import { badModel, bundleArray, readBundle, writeBundle } from '../bundle.js';
import type { Marginal } from './marginal.js';
import { marginalSchema } from './marginal.js';
import type { CopulaModel, LatentVariable } from './model.js';
import { copulaOptionsSchema } from './options.js';
import { cholesky } from './positive.js';

const ID = 'copula';
const CORRELATIONS = 'correlations';

const modelSchema = z.strictObject({
  schema: z.array(columnSchema),
  options: copulaOptionsSchema,
  bounds: z.array(boundsSchema.nullable()),
  latents: z.array(
    z.strictObject({ column: z.int().min(0), what: z.enum(['value', 'missing']), marginal: marginalSchema }),
  ),
});

/** Writes a model into an existing folder. */
export async function saveCopula(dir: string, model: CopulaModel): Promise<void> {
  const { correlations, ...rest } = model;
  await writeBundle(dir, ID, { model: rest, arrays: new Map([[CORRELATIONS, correlations]]) });
}

/** Reads what {@link saveCopula} wrote. @throws DataError `BAD_MODEL` for anything else. */
export async function loadCopula(dir: string): Promise<CopulaModel> {
  const bundle = await readBundle(dir, ID, modelSchema);
  const model = bundle.model;
  const d = model.latents.length;
  const correlations = bundleArray(bundle, dir, { name: CORRELATIONS, type: Float64Array });
  if (correlations.length !== d * d || cholesky(correlations, d) === undefined) {
    throw badModel(dir, 'its correlations are damaged');
  }
  const sound =
    model.bounds.length === model.schema.length &&
    model.latents.every((latent) => soundLatent(latent, model.schema[latent.column]?.categories?.length));
  if (!sound || model.latents.some(({ column }) => column >= model.schema.length)) {
    throw badModel(dir, 'its marginals are damaged');
  }
  return { ...model, correlations };
}

function soundLatent({ what, marginal }: LatentVariable, categories: number | undefined): boolean {
  const codes = what === 'missing' ? 2 : categories;
  return soundMarginal(marginal) && (codes === undefined || marginal.high.every((code) => code < codes));
}

function soundMarginal({ low, high, upTo }: Marginal): boolean {
  const n = upTo.length;
  if (n === 0 || low.length !== n || high.length !== n || upTo[n - 1] !== 1) return false;
  return upTo.every((p, i) => p > (upTo[i - 1] ?? 0) && low[i]! <= high[i]!);
}
