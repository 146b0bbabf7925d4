import { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { freeze } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { Decode, GivenCodes, NetworkBlock } from '../mixed/index.js';
import { drawByClass, drawDecoded, hasNetwork, putLabels } from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import { conditionDrawer } from './conditions.js';
import { latentRows } from './feeds.js';
import type { CtganModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import { drawingNetwork } from './network.js';

/** How far a given number may lie from what the generator makes, in units of four deviations of its mode. */
const BANDWIDTH = 0.1;

/** Draws a block of rows. Runs on a worker thread. */
export async function sampleBlock(block: NetworkBlock<CtganModel>): Promise<Column[]> {
  const { rows, given } = block;
  const model = unpackModel(block.model);
  if (model.classes !== undefined) return drawByClass(block, classShapeOf, model.classes);
  const rng = Rng.fromKey(block.key);
  const shape = shapeOf(model);
  const { layout } = shape;
  const { schema, coders, options, parameters } = model;
  const chance = rng.split('latent');
  const { conditions, labels } = model;
  const decoder = (fixed: GivenCodes): Decode => {
    const draw = conditionDrawer({ layout, conditions, labels, given: fixed });
    return async (places) => {
      if (!hasNetwork(layout)) return { numbers: new Float32Array(0), logits: new Float32Array(0) };
      const network = await prepare(block.model.id, () => freeze(drawingNetwork(shape), parameters).model);
      const asked = Array.from(places, (row) => draw(row, chance));
      const latent = latentRows(shape, asked, chance);
      const said = await network.run({ latent });
      const logits = floatsOf(said['logits']);
      const told = asked.flatMap((condition) => condition?.labels ?? []);
      putLabels(logits, told, shape);
      return { numbers: floatsOf(said['numbers']), logits };
    };
  };
  const deviations = new Float32Array(layout.numbers.length).fill(BANDWIDTH);
  const { candidates } = options;
  return drawDecoded({
    schema,
    coders,
    layout,
    rows,
    given,
    deviations,
    noisy: false,
    candidates,
    decoder,
    rng,
  });
}

function floatsOf(found: Value | undefined): Float32Array {
  return found?.data instanceof Float32Array ? found.data : new Float32Array(0);
}
