import { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { freeze, value } from '../../tensor/index.js';
import type { Classes, NetworkBlock } from '../mixed/index.js';
import {
  choiceCode,
  codeDrawers,
  decodeColumn,
  drawClasses,
  drawShare,
  encodeColumn,
  hasNetwork,
  labelCodes,
} from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import { classBlockNetwork } from './class-network.js';
import { classStepBack } from './class-noise.js';
import type { TabddpmModel } from './model.js';
import { classShapeOf } from './model.js';
import { evenSchedule, visitsOf } from './schedule.js';

/** Draws a block of rows with a budget's network: a class for each row, codes by its shares, then back through the noise. */
export async function drawByClass(block: NetworkBlock<TabddpmModel>, classes: Classes): Promise<Column[]> {
  const { rows, given } = block;
  const rng = Rng.fromKey(block.key);
  const model = unpackModel(block.model);
  const { schema, coders, parameters, options } = model;
  const shape = classShapeOf(model, classes);
  const { layout } = shape;
  const [many, width] = [layout.choices.length, layout.width];
  const fixed = new Map([...given].map(([c, column]) => [c, encodeColumn(coders[c]!, column, undefined)]));
  const of = drawClasses(classes, layout, { rows, given: fixed, rng: rng.split('classes') });
  for (const [i, c] of classes.columns.entries()) {
    if (!fixed.has(c)) fixed.set(c, { codes: labelCodes(classes, of, i), numbers: new Float32Array(0) });
  }
  const codes = new Int32Array(rows * many);
  const known = new Float32Array(rows * many);
  const chance = rng.split('noise');
  for (let row = 0; row < rows; row++) {
    for (const [k, { column, size }] of layout.choices.entries()) {
      const own = fixed.get(column);
      known[row * many + k] = Number(own !== undefined);
      codes[row * many + k] =
        own === undefined
          ? drawShare(classes.shares[of[row]!]!, { start: layout.starts[k]!, size }, chance)
          : choiceCode(layout, k, own.codes[row]!);
    }
  }
  const weights = new Float32Array(rows * width);
  if (hasNetwork(layout) && rows > 0) {
    const network = await prepare(block.model.id, () => freeze(classBlockNetwork(shape), parameters).model);
    const alphaBar = evenSchedule(shape.noiseSteps);
    const visits = visitsOf(shape.noiseSteps, options.drawSteps);
    const hot = new Float32Array(rows * width);
    const feeds = {
      hot: value(hot, [rows, width]),
      known: value(known, [rows, many]),
      class: value(of),
    };
    for (const [i, t] of visits.slice(0, -1).entries()) {
      hot.fill(0);
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < many; k++) hot[row * width + layout.starts[k]! + codes[row * many + k]!] = 1;
      }
      await network.run(
        { ...feeds, time: value(Int32Array.of(t)) },
        { weights: value(weights, [rows, width]) },
      );
      const [now, next] = [alphaBar[t]!, alphaBar[visits[i + 1]!]!];
      if (next === 1) break;
      const steps = rng.split('step', t);
      for (let row = 0; row < rows; row++) {
        const shares = classes.shares[of[row]!]!;
        for (const [k, { size }] of layout.choices.entries()) {
          const at = row * many + k;
          if (known[at] === 1) continue;
          const start = layout.starts[k]!;
          const clean = drawShare(weights, { start: row * width + start, size }, steps);
          codes[at] = classStepBack({ now, next, shares, start, size }, codes[at]!, clean, steps);
        }
      }
    }
  }
  const drawers = codeDrawers(layout, coders);
  return schema.map((one, c) => {
    const column = given.get(c);
    if (column !== undefined) return column;
    const last = rng.split('codes', c);
    const own = (row: number): number =>
      drawers[c]!(weights.subarray(row * width, (row + 1) * width), () => last.next());
    const found = fixed.get(c)?.codes ?? Uint32Array.from({ length: rows }, (_, row) => own(row));
    const coded = { codes: found, numbers: new Float32Array(0) };
    return decodeColumn(coders[c]!, one, coded, rng.split('within codes', c));
  });
}
