import { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { freeze, value } from '../../tensor/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import type { ClassShape } from './class-decoder.js';
import { classDecoderNetwork } from './class-decoder.js';
import type { Classes } from './classes.js';
import { drawClasses, labelCodes } from './classes.js';
import { drawDecoded } from './decoded.js';
import type { NetworkBlock, NetworkModel } from './fitted.js';
import { hasNetwork } from './layout.js';
import { encodeColumn } from './rows.js';

/** The logit of a label's code that its class does not have. */
const NEVER = -60;

export interface ClassModel extends NetworkModel {
  readonly options: { readonly candidates: number };
}

/** Draws a block of rows from a class decoder: a class for each row, then latent numbers. Runs on a worker thread. */
export async function drawByClass<M extends ClassModel>(
  block: NetworkBlock<M>,
  shapeOf: (model: M, classes: Classes) => ClassShape,
  classes: Classes,
): Promise<Column[]> {
  const { rows, given } = block;
  const rng = Rng.fromKey(block.key);
  const model = unpackModel(block.model);
  const shape = shapeOf(model, classes);
  const { layout, latent: width } = shape;
  const { schema, coders, parameters } = model;
  const coded = new Map([...given].map(([c, column]) => [c, encodeColumn(coders[c]!, column, undefined)]));
  const of = drawClasses(classes, layout, { rows, given: coded, rng: rng.split('classes') });
  const chance = rng.split('latent');
  return drawDecoded({
    ...{ schema, coders, layout, rows, given, rng },
    deviations: new Float32Array(0),
    noisy: false,
    candidates: model.options.candidates,
    decoder: () => async (places) => {
      const numbers = new Float32Array(0);
      if (!hasNetwork(layout)) return { numbers, logits: numbers };
      const network = await prepare(
        block.model.id,
        () => freeze(classDecoderNetwork(shape), parameters).model,
      );
      const own = Int32Array.from(places, (place) => of[place]!);
      const latent = Float32Array.from({ length: places.length * width }, () => chance.normal());
      const said = await network.run({
        latent: value(latent, [places.length, width]),
        class: value(own),
      });
      const logits = Float32Array.from(said['logits']!.data as Float32Array);
      putLabels(logits, own, shape);
      return { numbers, logits };
    },
  });
}

/** Labels are what the class says. */
function putLabels(logits: Float32Array, own: Int32Array, { layout, classes }: ClassShape): void {
  for (const [i, c] of classes.columns.entries()) {
    const k = layout.ofColumn[c]!.choices[0]!;
    const codes = labelCodes(classes, own, i);
    for (const [row, code] of codes.entries()) {
      const at = row * layout.width + layout.starts[k]!;
      logits.fill(NEVER, at, at + layout.sizes[k]!);
      logits[at + code] = 0;
    }
  }
}
