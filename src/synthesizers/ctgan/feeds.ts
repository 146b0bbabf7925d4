import type { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { uniformNoise, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { Condition } from './conditions.js';
import type { Shape } from './network.js';
import { conditionWidth, drawingNetwork, rowWidth } from './network.js';

/** Real rows as the critic sees them [length, width]: numbers, codes, conditions. @param length default: as many as places; further ones are zeros. */
export function realRows(
  rows: CodedRows,
  places: Uint32Array,
  {
    shape,
    asked,
    length = places.length,
  }: { shape: Shape; asked: readonly (Condition | undefined)[]; length?: number },
): Float32Array {
  const { layout } = shape;
  const [some, many, width] = [layout.numbers.length, layout.choices.length, rowWidth(shape)];
  const out = new Float32Array(length * width);
  for (const [i, row] of places.entries()) {
    const at = i * width;
    for (let k = 0; k < some; k++) {
      const x = rows.numbers[row * some + k]!;
      out[at + k] = Number.isNaN(x) ? 0 : x;
    }
    for (let k = 0; k < many; k++) out[at + some + layout.starts[k]! + rows.codes[row * many + k]!] = 1;
    putCondition(out, at + some + layout.width, asked[i], shape);
  }
  return out;
}

/** Puts a 1 at each code that a row is to have. @param at where the condition begins. */
function putCondition(
  out: Float32Array,
  at: number,
  condition: Condition | undefined,
  { layout, labels }: Shape,
): void {
  if (condition === undefined) return;
  out[at + layout.starts[condition.choice]! + condition.code] = 1;
  for (const [i, k] of labels.entries()) out[at + layout.starts[k]! + condition.labels[i]!] = 1;
}

/** Codes that the generator must be taught to make as its conditions ask, and marks where; labels are told it, and it does not make them. */
export function askedFeeds(
  asked: readonly (Condition | undefined)[],
  { layout, conditional, labels }: Shape,
): Record<string, Value> {
  if (!conditional) return {};
  const many = layout.choices.length;
  const codes = new Int32Array(asked.length * many);
  const marks = new Float32Array(asked.length * many);
  for (const [i, condition] of asked.entries()) {
    if (condition === undefined || labels.includes(condition.choice)) continue;
    codes[i * many + condition.choice] = condition.code;
    marks[i * many + condition.choice] = 1;
  }
  return { codes: value(codes, [asked.length, many]), asked: value(marks, [asked.length, many]) };
}

/** What the generator is fed: latent rows beside their conditions, and uniform numbers that Gumbel noise is made of. */
export function latentFeeds(
  asked: readonly (Condition | undefined)[],
  shape: Shape,
  rng: Rng,
): Record<string, Value> {
  const n = asked.length;
  const { width } = shape.layout;
  return {
    latent: latentRows(shape, asked, rng),
    ...(width > 0 && { uniform: value(uniformNoise(rng, new Float32Array(n * width)), [n, width]) }),
  };
}

/** What batch norms remember at first: means 0 and variances 1, layer by layer. */
export function firstRemembered(shape: Shape): Value {
  const { size } = drawingNetwork(shape).parameters[1]!;
  return value(Float32Array.from({ length: size }, (_, i) => Math.floor(i / shape.units) % 2));
}

/** The generator's parameters, then what its batch norms remember: all that drawing needs. */
export function keptNumbers({ data }: Value, { data: remembered }: Value): Float32Array {
  const out = new Float32Array(data.length + remembered.length);
  for (let i = 0; i < data.length; i++) out[i] = Number(data[i]);
  for (let i = 0; i < remembered.length; i++) out[data.length + i] = Number(remembered[i]);
  return out;
}

/** Standard normal numbers, then the condition: 1 at the code that is asked for, and at those of the labels. */
export function latentRows(shape: Shape, asked: readonly (Condition | undefined)[], rng: Rng): Value {
  const width = shape.latent + conditionWidth(shape);
  const out = new Float32Array(asked.length * width);
  const noise = rng.normals(new Float32Array(asked.length * shape.latent));
  for (const [i, condition] of asked.entries()) {
    for (let k = 0; k < shape.latent; k++) out[i * width + k] = noise[i * shape.latent + k]!;
    putCondition(out, i * width + shape.latent, condition, shape);
  }
  return value(out, [asked.length, width]);
}
