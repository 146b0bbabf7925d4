import { Rng } from '../../core/index.js';
import type { Session } from '../../tensor/index.js';
import { freeze, value } from '../../tensor/index.js';
import type { Column } from '../../table/index.js';
import type { CodedRows, Layout, NetworkBlock } from '../mixed/index.js';
import { codeDrawers, decodeColumn, emptyRows, encodeColumn, hasNetwork, putColumn } from '../mixed/index.js';
import { unpackModel } from '../packed-model.js';
import { prepare } from '../training/index.js';
import { drawClasses } from './labels.js';
import type { TabddpmModel } from './model.js';
import { shapeOf } from './model.js';
import type { Shape } from './network.js';
import { drawingNetwork } from './network.js';
import { stepBack } from './noise.js';
import { cosineSchedule, visitsOf } from './schedule.js';

/** Draws a block of rows. Runs on a worker thread. */
export async function sampleBlock(block: NetworkBlock<TabddpmModel>): Promise<Column[]> {
  const { key, rows, given } = block;
  const rng = Rng.fromKey(key);
  const model = unpackModel(block.model);
  const shape = shapeOf(model);
  const { layout } = shape;
  const state = startRows(model, layout, { rows, given, rng });
  let drawn = state.coded;
  let weights = new Float64Array(0);
  if (hasNetwork(layout) && rows > 0) {
    const { parameters } = model;
    const network = await prepare(block.model.id, () => freeze(drawingNetwork(shape), parameters).model);
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
    return decodeColumn(model.coders[c]!, schema, { codes, numbers });
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
    const drawn = drawClasses(labels, rows, rng.split('classes'));
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
): Promise<{ coded: CodedRows; weights: Float64Array<ArrayBuffer> }> {
  const { layout } = shape;
  const { coded, known } = state;
  const { rows } = coded;
  const columns = layout.ofColumn.length;
  const alphaBar = cosineSchedule(shape.noiseSteps);
  const visits = visitsOf(shape.noiseSteps, model.options.drawSteps);
  const weights = new Float64Array(rows * layout.width);
  const feeds = {
    known: value(known, [rows, columns]),
    ...(layout.choices.length > 0 && { codes: value(coded.codes, [rows, layout.choices.length]) }),
    ...(layout.numbers.length > 0 && { numbers: value(coded.numbers, [rows, layout.numbers.length]) }),
  };
  for (const [i, t] of visits.slice(0, -1).entries()) {
    const time = value(new Int32Array(rows).fill(t));
    const said = await network.run({ ...feeds, time });
    const points = { now: alphaBar[t]!, next: alphaBar[visits[i + 1]!]! };
    if (said['noise'] !== undefined) moveNumbers(state, layout, { ...points, noise: said['noise'].data });
    if (said['logits'] !== undefined) {
      weighCodes(weights, said['logits'].data);
      if (visits[i + 1]! > 0) moveCodes(state, layout, { ...points, weights, rng: rng.split('step', t) });
    }
  }
  return { coded, weights };
}

interface Points {
  readonly now: number;
  readonly next: number;
}

function moveNumbers(
  { coded: { numbers, rows }, known }: StartRows,
  layout: Layout,
  { now, next, noise }: Points & { noise: ArrayLike<number | bigint> },
): void {
  const many = layout.numbers.length;
  const columns = layout.ofColumn.length;
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < many; n++) {
      if (known[row * columns + layout.numbers[n]!] === 1) continue;
      const at = row * many + n;
      const x = numbers[at]!;
      const clean = (x - Math.sqrt(1 - now) * Number(noise[at])) / Math.sqrt(now);
      const held = Math.min(Math.max(clean, -MOST_SCORE), MOST_SCORE);
      const left = (x - Math.sqrt(now) * held) / Math.sqrt(1 - now);
      numbers[at] = Math.sqrt(next) * held + Math.sqrt(1 - next) * left;
    }
  }
}

/** As in training (tensor's groupedCrossEntropy). */
const MOST_LOGIT = 30;

/** Shares of the codes of each choice, not yet divided by their sum. */
function weighCodes(weights: Float64Array, logits: ArrayLike<number | bigint>): void {
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.exp(Math.min(Math.max(Number(logits[i]), -MOST_LOGIT), MOST_LOGIT));
  }
}

function moveCodes(
  { coded: { codes, rows }, known }: StartRows,
  layout: Layout,
  { now, next, weights, rng }: Points & { weights: Float64Array; rng: Rng },
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

function drawAt(weights: Float64Array, start: number, size: number, u: number): number {
  let total = 0;
  for (let k = 0; k < size; k++) total += weights[start + k]!;
  let left = u * total;
  for (let k = 0; k < size - 1; k++) if ((left -= weights[start + k]!) < 0) return k;
  return size - 1;
}
