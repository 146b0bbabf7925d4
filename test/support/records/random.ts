import type { Rng } from '../../../src/core/index.js';

export const hour = 3_600_000;
export const day = 24 * hour;
export const year = 365.25 * day;

/** A UUID (version 4 form) from a stream. */
export function uuid(rng: Rng): string {
  const word = (): string => rng.uint32().toString(16).padStart(8, '0');
  const hex = word() + word() + word() + word();
  const variant = '89ab'[rng.int(4)] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items[rng.int(items.length)];
  if (item === undefined) throw new Error('pick from an empty list');
  return item;
}

export const chance = (rng: Rng, p: number): boolean => rng.next() < p;

/** Normal, rounded to `decimals`. */
export function level(rng: Rng, mean: number, sd: number, decimals: number): number {
  return Number((mean + sd * rng.normal()).toFixed(decimals));
}

/** Ten digits from the range 9… that is not issued, with the check digit of CMS (Luhn over 80840 and the nine digits). */
export function npi(rng: Rng): string {
  const nine = `9${String(rng.int(100_000_000)).padStart(8, '0')}`;
  let sum = 24; // the constant that the prefix 80840 adds
  for (let i = 0; i < 9; i++) {
    const digit = Number(nine[8 - i]);
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return nine + String((10 - (sum % 10)) % 10);
}

/** A DICOM UID under the UUID root (ISO/IEC 9834-8). */
export function dicomUid(rng: Rng): string {
  return `2.25.${BigInt(rng.uint32() || 1) * 4_294_967_296n + BigInt(rng.uint32())}`;
}
