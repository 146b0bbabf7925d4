import { normalQuantile } from '../../../numerics/index.js';

/** Two 32-bit words that make a person's body theirs. */
export type NoiseKey = readonly [number, number];

/**
 * A 32-bit hash of a person's key, a channel and a position (finaliser of MurmurHash3, Appleby 2011, public domain, applied to each
 * word in turn). Stateless: a value can be had at any time, in any order, any number of times.
 */
function hash(key: NoiseKey, channel: number, position: number): number {
  let h = key[0];
  h = mix(h ^ key[1]);
  h = mix(h ^ channel);
  h = mix(h ^ (position | 0));
  return mix(h ^ Math.floor(position / 4_294_967_296)) >>> 0;
}

function mix(x: number): number {
  let h = (x + 0x9e3779b9) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A standard normal value, fixed by person, channel and position. */
export function pointNoise(key: NoiseKey, channel: number, position: number): number {
  return normalQuantile((hash(key, channel, position) + 0.5) / 4_294_967_296);
}

/**
 * A smooth standard normal process in time: independent normal values at the points of a grid of `periodMs`, joined by
 * cos/sin weights, so that the variance is 1 at every time and the correlation of two times falls to 0 within two periods.
 */
export function smoothNoise(key: NoiseKey, channel: number, time: number, periodMs: number): number {
  const cell = Math.floor(time / periodMs);
  const angle = ((time / periodMs - cell) * Math.PI) / 2;
  const ends = (cells[channel] ??= { key: null, cell: 0, first: 0, last: 0 });
  if (ends.key !== key || ends.cell !== cell) {
    const follows = ends.key === key && ends.cell === cell - 1;
    ends.first = follows ? ends.last : pointNoise(key, channel, cell);
    ends.last = pointNoise(key, channel, cell + 1);
    ends.key = key;
    ends.cell = cell;
  }
  return Math.cos(angle) * ends.first + Math.sin(angle) * ends.last;
}

/** The values at both ends of the last cell that was asked for, by channel: a person's readings mostly fall into few cells, in order. */
const cells: ({ key: NoiseKey | null; cell: number; first: number; last: number } | undefined)[] = [];
