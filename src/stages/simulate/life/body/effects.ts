import { z } from 'zod';
import { normalCdf } from '../../../../numerics/index.js';
import { loadData, sourced } from '../load.js';
import type { Attributes } from '../types.js';
import { basicSigns } from './signs.js';
import type { BasicSign } from './signs.js';

const effectSchema = z.strictObject({
  attribute: z.string(),
  /** The effect counts for this value only. */
  equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
  sign: z.enum([...basicSigns, 'Weight']),
  between: z.tuple([z.number(), z.number()]).optional(),
  multiply: z.number().positive().optional(),
  add: z.number().optional(),
  /** `add` or `multiply` for each unit of a number attribute. */
  perUnit: z.boolean().optional(),
  ...sourced,
});
type Effect = z.infer<typeof effectSchema>;

/** How attributes act on the body, as data (data/effects.json). */
const effects: readonly Effect[] = loadData(
  'effects',
  z.strictObject({ remarks: z.string(), effects: z.array(effectSchema) }),
).effects;

const order = (effect: Effect): number =>
  effect.between !== undefined ? 0 : effect.multiply !== undefined ? 1 : 2;
const bySign = new Map<string, readonly Effect[]>(
  [...basicSigns, 'Weight'].map((sign) => [
    sign,
    effects.filter((e) => e.sign === sign).sort((a, b) => order(a) - order(b)),
  ]),
);

/** How much of an effect is at work: 0 for none, 1, or the attribute's own number. */
function amount(effect: Effect, attributes: Attributes): number {
  const value = attributes.get(effect.attribute);
  if (effect.equals !== undefined) return value === effect.equals ? 1 : 0;
  return typeof value === 'number' ? value : 0;
}

/** A value after the effects on its sign. `score` is the person's standard score, their place between the bounds of `between`. */
export function applyEffects(
  sign: BasicSign | 'Weight',
  untreated: number,
  score: number,
  attributes: Attributes,
): number {
  let value = untreated;
  for (const effect of bySign.get(sign)!) {
    const units = amount(effect, attributes);
    if (units === 0) continue;
    if (effect.between !== undefined) {
      const [low, high] = effect.between;
      value = low + (high - low) * normalCdf(score);
    } else if (effect.multiply !== undefined)
      value *= effect.multiply * (effect.perUnit === true ? units : 1);
    else if (effect.add !== undefined) value += effect.add * units;
  }
  return value;
}
