import { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { freeze } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { Decoded, NetworkBlock } from '../mixed/index.js';
import { choiceCode, drawByClass, drawDecoded, encodeColumn, hasNetwork } from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import type { Condition } from './conditions.js';
import { drawCondition } from './conditions.js';
import { latentRows } from './feeds.js';
import type { CtganModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import type { Shape } from './network.js';
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
  const conditionOf = givenConditions(model, shape, { given, rng });
  const decode = async (places: Uint32Array): Promise<Decoded> => {
    if (!hasNetwork(layout)) return { numbers: new Float32Array(0), logits: new Float32Array(0) };
    const network = await prepare(block.model.id, () => freeze(drawingNetwork(shape), parameters).model);
    const asked = Array.from(places, (row) => conditionOf(row) ?? drawCondition(model.conditions, chance));
    const latent = latentRows(shape, asked, chance);
    const said = await network.run({ latent });
    return { numbers: floatsOf(said['numbers']), logits: floatsOf(said['logits']) };
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
    decode,
    rng,
  });
}

/** The first given column that conditions are about, as the condition of each row. */
function givenConditions(
  { coders, conditions }: CtganModel,
  { layout }: Shape,
  { given, rng }: { given: ReadonlyMap<number, Column>; rng: Rng },
): (row: number) => Condition | undefined {
  const first = conditions.find(({ choice }) => given.has(layout.choices[choice]!.column));
  if (first === undefined) return () => undefined;
  const { choice } = first;
  const { column } = layout.choices[choice]!;
  const { codes } = encodeColumn(coders[column]!, given.get(column)!, rng.split('condition'));
  return (row) => ({ choice, code: choiceCode(layout, choice, codes[row]!) });
}

function floatsOf(found: Value | undefined): Float32Array {
  return found?.data instanceof Float32Array ? found.data : new Float32Array(0);
}
