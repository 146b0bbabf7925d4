import { Rng } from '../../core/index.js';
import type { Session } from '../../tensor/index.js';
import { freeze, value } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { CodedRows, Layout, NetworkBlock } from '../mixed/index.js';
import {
  codeDrawers,
  decodeColumn,
  labelDrawer,
  emptyRows,
  encodeColumn,
  hasNetwork,
  putColumn,
} from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import { drawByClass } from './class-draw.js';
import type { TabddpmModel } from './model.js';
import { shapeOf } from './model.js';
import type { Shape } from './network.js';
import { blockNetwork, isHot } from './network.js';
import { stepBack } from './noise.js';
import { cosineSchedule, visitsOf } from './schedule.js';

/** Draws a block of rows. Runs on a worker thread. */
export async function sampleBlock(block: NetworkBlock<TabddpmModel>): Promise<Column[]> {
  const { key, rows, given } = block;
  const model = unpackModel(block.model);
  if (model.classes !== undefined) return drawByClass(block, model.classes);
  const rng = Rng.fromKey(key);
  const shape = shapeOf(model);
  const { layout } = shape;
  const state = startRows(model, layout, { rows, given, rng });
  let drawn = state.coded;
  let weights: Float32Array = new Float32Array(0);
  if (hasNetwork(layout) && rows > 0) {
    const { parameters } = model;
    const network = await prepare(block.model.id, () => freeze(blockNetwork(shape), parameters).model);
    ({ coded: drawn, weights } = await denoise(model, { shape, network, rng, state }));
  }
  const drawers = codeDrawers(layout, model.coders);
  return model.schema.map((schema, c) => {
    const fixed = given.get(c);
    if (fixed !== undefined) return fixed;
    const chance = rng.split('codes', c);
    const codes = new Uint32Array(rows);
    const numbers = new Float32Array(rows);
    const { number } = layout.ofColumn[c]!;
    const classes = state.classes.get(c);
    for (let row = 0; row < rows; row++) {
      codes[row] =
        classes?.[row] ??
        drawers[c]!(weights.subarray(row * layout.width, (row + 1) * layout.width), () => chance.next());
      if (number !== undefined) numbers[row] = drawn.numbers[row * layout.numbers.length + number]!;
    }
    return decodeColumn(model.coders[c]!, schema, { codes, numbers }, rng.split('within codes', c));
  });
}

/** Rows before anything is drawn. */
interface StartRows {
  /** Given columns as they are, the others pure noise. */
  readonly coded: CodedRows;
  /** 1 for columns that are given or were drawn first [rows, columns]. */
  readonly known: Float32Array;
  /** Codes of labels that were drawn first. */
  readonly classes: ReadonlyMap<number, Uint32Array>;
}

function startRows(
  { coders, labels }: TabddpmModel,
  layout: Layout,
  { rows, given, rng }: { rows: number; given: ReadonlyMap<number, Column>; rng: Rng },
): StartRows {
  const coded = emptyRows(layout, rows);
  const many = layout.choices.length;
  const chance = rng.split('noise');
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < many; k++) coded.codes[row * many + k] = chance.int(layout.sizes[k]!);
  }
  const classes = new Map<number, Uint32Array>();
  // labels come first where nothing else is known; given features draw them with the rest
  if (labels.columns.length > 0 && given.size === 0) {
    const draw = labelDrawer(labels, new Map());
    const stream = rng.split('classes');
    const drawn = Array.from({ length: rows }, (_, row) => draw(row, stream));
    for (const [i, c] of labels.columns.entries())
      classes.set(
        c,
        Uint32Array.from(drawn, (codes) => codes[i]!),
      );
  }
  const known = new Float32Array(rows * coders.length);
  const put = (c: number, codes: Uint32Array, numbers: Float32Array): void => {
    putColumn(layout, coded, c, { codes, numbers });
    for (let row = 0; row < rows; row++) known[row * coders.length + c] = 1;
  };
  for (const [c, codes] of classes) put(c, codes, new Float32Array(rows).fill(NaN));
  for (const [c, column] of given) {
    const { codes, numbers } = encodeColumn(coders[c]!, column, rng.split('given', c));
    put(c, codes, numbers);
  }
  const { numbers } = coded;
  for (let i = 0; i < numbers.length; i++) if (Number.isNaN(numbers[i])) numbers[i] = chance.normal();
  return { coded, known, classes };
}

/** Scores outside of this are those of no training row. */
const MOST_SCORE = 5.2;

interface Denoising {
  readonly shape: Shape;
  readonly network: Session;
  readonly rng: Rng;
  readonly state: StartRows;
}

/**
 * Goes back through the noise in strides: numbers by the deterministic rule of DDIM (Song et al. 2021, "Denoising diffusion implicit models", equation 12 with σ = 0),
 * choices by drawing a code without noise and then one at the next point given that code. Returns the numbers, and weights of the codes at the end.
 */
async function denoise(
  model: TabddpmModel,
  { shape, network, rng, state }: Denoising,
): Promise<{ coded: CodedRows; weights: Float32Array }> {
  const { layout } = shape;
  const { coded, known } = state;
  const { rows } = coded;
  const alphaBar = cosineSchedule(shape.noiseSteps);
  const visits = visitsOf(shape.noiseSteps, model.options.drawSteps);
  const [choices, numbers] = [layout.choices.length, layout.numbers.length];
  const hot = isHot(layout) ? new Float32Array(rows * layout.width) : undefined;
  const weights = new Float32Array(rows * layout.width);
  const noise = new Float32Array(rows * numbers);
  const feeds = {
    known: value(known, [rows, layout.ofColumn.length]),
    ...(hot !== undefined && { hot: value(hot, [rows, layout.width]) }),
    ...(choices > 0 && hot === undefined && { codes: value(coded.codes, [rows, choices]) }),
    ...(numbers > 0 && { numbers: value(coded.numbers, [rows, numbers]) }),
  };
  const into = {
    ...(choices > 0 && { weights: value(weights, [rows, layout.width]) }),
    ...(numbers > 0 && { noise: value(noise, [rows, numbers]) }),
  };
  for (const [i, t] of visits.slice(0, -1).entries()) {
    if (hot !== undefined) heat(hot, coded, layout);
    await network.run({ ...feeds, time: value(Int32Array.of(t)) }, into);
    const points = { now: alphaBar[t]!, next: alphaBar[visits[i + 1]!]! };
    moveNumbers(state, layout, { ...points, noise });
    if (choices > 0 && visits[i + 1]! > 0)
      moveCodes(state, layout, { ...points, weights, rng: rng.split('step', t) });
  }
  return { coded, weights };
}

/** Puts a 1 at each row's codes. */
function heat(hot: Float32Array, { codes, rows }: CodedRows, { starts, width }: Layout): void {
  hot.fill(0);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < starts.length; k++)
      hot[row * width + starts[k]! + codes[row * starts.length + k]!] = 1;
  }
}

interface Points {
  readonly now: number;
  readonly next: number;
}

function moveNumbers(
  { coded: { numbers, rows }, known }: StartRows,
  layout: Layout,
  { now, next, noise }: Points & { noise: Float32Array },
): void {
  const many = layout.numbers.length;
  const columns = layout.ofColumn.length;
  const [signal, spread] = [Math.sqrt(now), Math.sqrt(1 - now)];
  const [nextSignal, nextSpread] = [Math.sqrt(next), Math.sqrt(1 - next)];
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < many; n++) {
      if (known[row * columns + layout.numbers[n]!] === 1) continue;
      const at = row * many + n;
      const x = numbers[at]!;
      const clean = Math.min(Math.max((x - spread * noise[at]!) / signal, -MOST_SCORE), MOST_SCORE);
      numbers[at] = nextSignal * clean + (nextSpread * (x - signal * clean)) / spread;
    }
  }
}

function moveCodes(
  { coded: { codes, rows }, known }: StartRows,
  layout: Layout,
  { now, next, weights, rng }: Points & { weights: Float32Array; rng: Rng },
): void {
  const many = layout.choices.length;
  const columns = layout.ofColumn.length;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < many; k++) {
      const { column, size } = layout.choices[k]!;
      if (known[row * columns + column] === 1) continue;
      const clean = drawAt(weights, row * layout.width + layout.starts[k]!, size, rng.next());
      const at = row * many + k;
      codes[at] = stepBack({ size, now, next }, codes[at]!, clean, rng);
    }
  }
}

function drawAt(weights: Float32Array, start: number, size: number, u: number): number {
  let total = 0;
  for (let k = 0; k < size; k++) total += weights[start + k]!;
  let left = u * total;
  for (let k = 0; k < size - 1; k++) if ((left -= weights[start + k]!) < 0) return k;
  return size - 1;
}
