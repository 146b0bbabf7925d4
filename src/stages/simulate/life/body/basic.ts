import { interpolate } from '../interpolate.js';
import { pointNoise, smoothNoise } from '../noise.js';
import { ageAt, dayMs } from '../time.js';
import type { Attributes, PersonDraft } from '../types.js';
import { applyEffects } from './effects.js';
import { basicSign } from './signs.js';
import type { BasicSign } from './signs.js';

/** Readings within one minute are the same reading. */
const readingMs = 60_000;

/** The person's standard score on a sign at a time: trait, slow drift, fast drift and the reading's own error. */
function score(name: BasicSign, draft: PersonDraft, time: number): number {
  const { sign, channel } = basicSign(name);
  const { noise, z } = draft.traits;
  const trait = sign.trait === null ? pointNoise(noise, channel, 0) : z[sign.trait];
  const own =
    Math.sqrt(sign.shares.trait) * trait +
    Math.sqrt(sign.shares.slow) * smoothNoise(noise, channel + 1, time, sign.slowDays * dayMs) +
    Math.sqrt(sign.shares.fast) * smoothNoise(noise, channel + 2, time, sign.fastDays * dayMs) +
    Math.sqrt(sign.shares.reading) * pointNoise(noise, channel + 3, Math.floor(time / readingMs));
  if (sign.follows === undefined) return own;
  const { sign: leader, correlation } = sign.follows;
  return correlation * score(leader, draft, time) + Math.sqrt(1 - correlation ** 2) * own;
}

/** The unrounded value of a sign with its own curve, after the effects of the person's attributes, inside the sign's limits. */
export function basicValue(
  name: BasicSign,
  draft: PersonDraft,
  time: number,
  attributes: Attributes,
): number {
  const { sign } = basicSign(name);
  const curve = sign[draft.sex];
  const age = ageAt(draft.birthTime, time);
  const mean = interpolate(curve.ageYears, curve.mean, age);
  const sd = interpolate(curve.ageYears, curve.sd, age);
  const z = score(name, draft, time);
  const untreated = sign.scale === 'log' ? mean * Math.exp(sd * z) : mean + sd * z;
  const value = applyEffects(name, untreated, z, attributes);
  return Math.min(sign.limits[1], Math.max(sign.limits[0], value));
}
