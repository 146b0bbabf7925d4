import type { Rng } from '../../../core/index.js';
import type { Predictor } from '../draw.js';
import { drawCode, predictorOf } from '../draw.js';
import { DECAYS, pastWidth } from './layout.js';
import type { SequenceWeights } from './model.js';
import { strideOf } from './pack.js';
import type { Recall } from './recall.js';
import { nothingYet, recallOf } from './recall.js';

/** Draws or scores histories one step after the other, in plain TypeScript, so that the bytes are the same on every machine. */
export class HistoryWalker {
  readonly #weights: SequenceWeights;
  readonly #predictors: readonly Predictor[];
  /** What each code of each input adds to all hidden units, and of a step's inputs to what encodes the step. */
  readonly #toHidden: readonly Float32Array[];
  readonly #toStep: readonly Float32Array[];
  readonly #pre: Float32Array;
  readonly #base: Float32Array;
  readonly #traces: Float64Array;
  readonly #recall: Recall;
  /** Last known code of each of a step's variables. */
  #recalled: Int32Array;
  /** What encodes the steps since `#from`, where the piece that training would look at begins. */
  #encoded: Float32Array[] = [];
  #from = 0;
  #steps = 0;

  constructor(weights: SequenceWeights) {
    this.#weights = weights;
    const { layout, units, weight, step } = weights;
    const sizes = layout.outputs.map(({ size }) => size);
    this.#predictors = sizes.map((_, o) => predictorOf({ ...weights, layout: { sizes } }, o));
    this.#toHidden = layout.inputs.map((_, v) => contribution(weights, v, { weight, units, row: v }));
    this.#toStep = layout.inputs
      .slice(layout.context)
      .map((_, v) =>
        contribution(weights, layout.context + v, { weight: step.weight, units: layout.memory, row: v }),
      );
    this.#recall = recallOf(weights.stepParts, weights.stepCoders);
    this.#recalled = nothingYet(weights.stepParts);
    this.#pre = new Float32Array(units);
    this.#base = new Float32Array(units);
    this.#traces = new Float64Array(DECAYS.length * layout.memory);
  }

  /** Begins a history of a context. */
  start(context: Int32Array): void {
    this.#base.set(this.#weights.bias);
    for (const [v, code] of context.entries()) addRow(this.#base, this.#toHidden[v]!, code);
    this.#traces.fill(0);
    this.#encoded = [];
    this.#recalled = nothingYet(this.#weights.stepParts);
    this.#from = 0;
    this.#steps = 0;
  }

  /** Whether the history is over, drawn. Call once before each step. */
  ends(rng: Rng): boolean {
    this.#look();
    return this.#draw(0, rng, 0) === 1;
  }

  /** Log probability (nats) that it is over, or not. Instead of {@link ends}. */
  scoreEnd(over: boolean): number {
    this.#look();
    return this.#score(0, Number(over), 0);
  }

  /** Draws the next step's codes. */
  step(rng: Rng, order: readonly number[], codes: Int32Array): void {
    const { layout, stepParts } = this.#weights;
    for (const o of order) {
      const part = layout.outputs[o]!.part!;
      const { parent, flag } = stepParts.parts[part]!;
      codes[part] =
        flag !== undefined && codes[flag.part] === 1
          ? flag.code
          : this.#draw(o, rng, parent === undefined ? 0 : codes[parent]!);
      addRow(this.#pre, this.#toHidden[layout.context + part]!, codes[part]);
    }
    this.#remember(codes);
  }

  /** Log probability of the next step's codes. */
  scoreStep(order: readonly number[], codes: Int32Array): number {
    const { layout, stepParts } = this.#weights;
    let sum = 0;
    for (const o of order) {
      const part = layout.outputs[o]!.part!;
      const { parent, flag } = stepParts.parts[part]!;
      if (flag === undefined || codes[flag.part] !== 1)
        sum += this.#score(o, codes[part]!, parent === undefined ? 0 : codes[parent]!);
      addRow(this.#pre, this.#toHidden[layout.context + part]!, codes[part]!);
    }
    this.#remember(codes);
    return sum;
  }

  #shares(o: number, group: number): { predictor: Predictor; total: number } {
    const { layout, unitStarts } = this.#weights;
    const start = unitStarts[o]!;
    const hidden = this.#pre.slice(start, start + layout.hidden[o]!);
    for (let h = 0; h < hidden.length; h++) if (hidden[h]! < 0) hidden[h] = 0;
    const predictor = this.#predictors[o]!;
    return { predictor, total: predictor.shares(hidden, group) };
  }

  #draw(o: number, rng: Rng, group: number): number {
    const { predictor, total } = this.#shares(o, group);
    return drawCode(predictor.values, total * rng.next());
  }

  #score(o: number, code: number, group: number): number {
    const { predictor, total } = this.#shares(o, group);
    return Math.log(predictor.values[code]! / total);
  }

  /** Hidden units from the context and the past. */
  #look(): void {
    const { layout, summary, fromPast, units } = this.#weights;
    const { memory, window } = layout;
    if (this.#steps === this.#from + window) this.#forget();
    const past = new Float64Array(pastWidth(layout));
    for (const [k, decay] of DECAYS.entries()) {
      const share = decay === 1 ? 1 / Math.max(1, this.#steps - this.#from) : 1;
      for (let i = 0; i < memory; i++) past[k * memory + i] = this.#traces[k * memory + i]! * share;
    }
    past[past.length - 1] = Math.log1p(this.#steps);
    const summed = layer(past, summary);
    this.#pre.set(this.#base);
    const first = layout.context - this.#recalled.length;
    for (const [v, code] of this.#recalled.entries()) addRow(this.#pre, this.#toHidden[first + v]!, code);
    for (let m = 0; m < memory; m++) {
      const x = summed[m]!;
      if (x === 0) continue;
      for (let h = 0; h < units; h++) this.#pre[h]! += x * fromPast[m * units + h]!;
    }
  }

  #remember(codes: Int32Array): void {
    const { step } = this.#weights;
    const encoded = Float32Array.from(step.bias);
    for (const [v, code] of codes.entries()) addRow(encoded, this.#toStep[v]!, code);
    for (let i = 0; i < encoded.length; i++) if (encoded[i]! < 0) encoded[i] = 0;
    this.#recall(this.#recalled, codes);
    this.#encoded.push(encoded);
    this.#trace(encoded);
    this.#steps++;
  }

  /** The window is full: goes on as the next piece does in training, with the second half of it as past. */
  #forget(): void {
    const stride = strideOf(this.#weights.layout.window);
    this.#from += stride;
    this.#encoded = this.#encoded.slice(stride);
    this.#traces.fill(0);
    for (const encoded of this.#encoded) this.#trace(encoded);
  }

  #trace(encoded: Float32Array): void {
    const memory = encoded.length;
    for (const [k, decay] of DECAYS.entries()) {
      for (let i = 0; i < memory; i++) {
        const at = k * memory + i;
        this.#traces[at] = this.#traces[at]! * decay + encoded[i]!;
      }
    }
  }
}

/** ReLU of a layer. */
function layer(
  x: Float64Array,
  { weight, bias }: { weight: Float32Array; bias: Float32Array },
): Float64Array {
  const out = Float64Array.from(bias);
  const units = out.length;
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 0) continue;
    for (let h = 0; h < units; h++) out[h]! += x[i]! * weight[i * units + h]!;
  }
  for (let h = 0; h < units; h++) if (out[h]! < 0) out[h] = 0;
  return out;
}

function addRow(sums: Float32Array, table: Float32Array, row: number): void {
  const units = sums.length;
  const start = row * units;
  for (let h = 0; h < units; h++) sums[h]! += table[start + h]!;
}

/** The embedding of each code of an input times a layer's weights for it [size, units]. */
function contribution(
  { layout, table, tableStarts }: SequenceWeights,
  input: number,
  { weight, units, row }: { weight: Float32Array; units: number; row: number },
): Float32Array {
  const { width, inputs } = layout;
  const out = new Float32Array(inputs[input]! * units);
  for (let code = 0; code < inputs[input]!; code++) {
    for (let d = 0; d < width; d++) {
      const x = table[(tableStarts[input]! + code) * width + d]!;
      const from = (row * width + d) * units;
      for (let h = 0; h < units; h++) out[code * units + h]! += x * weight[from + h]!;
    }
  }
  return out;
}
