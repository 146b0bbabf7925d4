import { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { freeze, value } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { Decode, GivenCodes, NetworkBlock } from '../mixed/index.js';
import { drawByClass, drawDecoded, hasNetwork, labelDrawer, putLabels } from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import type { TvaeModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import { decoderNetwork, readDeviations } from './network.js';

/** Draws a block of rows. Runs on a worker thread. */
export async function sampleBlock(block: NetworkBlock<TvaeModel>): Promise<Column[]> {
  const { rows, given } = block;
  const model = unpackModel(block.model);
  if (model.classes !== undefined) return drawByClass(block, classShapeOf, model.classes);
  const rng = Rng.fromKey(block.key);
  const shape = shapeOf(model);
  const { layout, latent: width } = shape;
  const { schema, coders, parameters, options } = model;
  const chance = rng.split('latent');
  const decoder = (fixed: GivenCodes): Decode => {
    const drawLabels = labelsOf(model, fixed, rng);
    return async (places) => {
      const n = places.length;
      if (!hasNetwork(layout)) return { numbers: new Float32Array(0), logits: new Float32Array(0) };
      const network = await prepare(block.model.id, () => freeze(decoderNetwork(shape), parameters).model);
      const latent = chance.normals(new Float32Array(n * width));
      const told = drawLabels(places);
      const said = await network.run({
        latent: value(latent, [n, width]),
        ...(shape.labels.length > 0 && { labels: value(told, [n, shape.labels.length]) }),
      });
      const logits = floatsOf(said['logits']);
      putLabels(logits, told, shape);
      return { numbers: floatsOf(said['numbers']), logits };
    };
  };
  const deviations = readDeviations(parameters, shape);
  const { candidates } = options;
  return drawDecoded({
    schema,
    coders,
    layout,
    rows,
    given,
    deviations,
    noisy: true,
    candidates,
    decoder,
    rng,
  });
}

/** Codes of the labels for latent rows of the block's rows at `places`, flat. */
function labelsOf({ labels }: TvaeModel, given: GivenCodes, rng: Rng): (places: Uint32Array) => Int32Array {
  const draw = labelDrawer(labels, given);
  const chance = rng.split('labels');
  const many = labels.columns.length;
  return (places) => {
    const told = new Int32Array(places.length * many);
    for (const [i, row] of places.entries()) told.set(draw(row, chance), i * many);
    return told;
  };
}

function floatsOf(found: Value | undefined): Float32Array {
  return found?.data instanceof Float32Array ? found.data : new Float32Array(0);
}
