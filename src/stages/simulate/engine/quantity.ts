import type { Rng } from '../../../core/index.js';
import { unitMs } from '../module/parts.js';
import type { DistributionDefinition, RangeDefinition, TimeUnit } from '../module/parts.js';
import { compileDistribution, uniform } from './distribution.js';
import type { Draw } from './distribution.js';

interface Timed {
  readonly exact?: { readonly quantity: number; readonly unit: TimeUnit } | undefined;
  readonly range?: { readonly low: number; readonly high: number; readonly unit: TimeUnit } | undefined;
  readonly distribution?: DistributionDefinition | undefined;
  readonly unit?: TimeUnit | undefined;
}

/** A span of time in milliseconds, whole and not negative; null where the state gives none. */
export function compileDuration(timed: Timed): Draw | null {
  const { exact, range, distribution } = timed;
  if (exact !== undefined) {
    const ms = Math.max(0, Math.round(exact.quantity * unitMs[exact.unit]));
    return () => ms;
  }
  if (range !== undefined) return scaled(uniform(range.low, range.high), unitMs[range.unit]);
  if (distribution !== undefined)
    return scaled(compileDistribution(distribution), unitMs[timed.unit ?? 'days']);
  return null;
}

function scaled(draw: Draw, unit: number): Draw {
  return (rng) => Math.max(0, Math.round(draw(rng) * unit));
}

interface Numbered {
  readonly exact?: { readonly quantity: string | number | boolean } | undefined;
  readonly range?: RangeDefinition | undefined;
  readonly distribution?: DistributionDefinition | undefined;
}

/** A number or fixed value; null where the state gives none. */
export function compileNumber(value: Numbered): ((rng: Rng) => string | number | boolean) | null {
  const { exact, range, distribution } = value;
  if (exact !== undefined) {
    const fixed = exact.quantity;
    return () => fixed;
  }
  if (range !== undefined) {
    const draw = uniform(range.low, range.high);
    const { decimals } = range;
    return decimals === undefined ? draw : (rng) => roundTo(draw(rng), decimals);
  }
  return distribution === undefined ? null : compileDistribution(distribution);
}

const powers = Array.from({ length: 10 }, (_, i) => 10 ** i);

/** Rounds half away from zero to a number of decimals. */
export function roundTo(value: number, decimals: number): number {
  const factor = powers[decimals] ?? 10 ** decimals;
  return (Math.sign(value) * Math.round(Math.abs(value) * factor + 1e-9)) / factor;
}

/** Decimals that a number is written with. */
export function decimalsOf(value: number): number {
  const text = String(value);
  const exponent = /e-(\d+)$/u.exec(text);
  return exponent === null ? (text.split('.')[1]?.length ?? 0) : Number(exponent[1]);
}
