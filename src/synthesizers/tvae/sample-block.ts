import { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { freeze, value } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { Decoded, NetworkBlock } from '../mixed/index.js';
import { drawByClass, drawDecoded, hasNetwork } from '../mixed/index.js';
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
  const decode = async (places: Uint32Array): Promise<Decoded> => {
    const n = places.length;
    if (!hasNetwork(layout)) return { numbers: new Float32Array(0), logits: new Float32Array(0) };
    const network = await prepare(block.model.id, () => freeze(decoderNetwork(shape), parameters).model);
    const latent = new Float32Array(n * width);
    for (let i = 0; i < latent.length; i++) latent[i] = chance.normal();
    const said = await network.run({ latent: value(latent, [n, width]) });
    return { numbers: floatsOf(said['numbers']), logits: floatsOf(said['logits']) };
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
    decode,
    rng,
  });
}

function floatsOf(found: Value | undefined): Float32Array {
  return found?.data instanceof Float32Array ? found.data : new Float32Array(0);
}
