import type { Rng } from '../../../core/index.js';

const m0 = 0xd2511f53;
const m1 = 0xcd9e8d57;
const w0 = 0x9e3779b9;
const w1 = 0xbb67ae85;

/** High 32 bits of a product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const mid = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const mid2 = (Math.imul(aLow, bHigh) >>> 0) + (mid & 0xffff);
  return (Math.imul(aHigh, bHigh) + (mid >>> 16) + (mid2 >>> 16)) | 0;
}

/**
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11): 128 bits that depend on a key and a
 * counter only, so an entry's id does not move when another entry comes or goes.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const h0 = mulHigh(m0, c0);
    const l0 = Math.imul(m0, c0);
    const h1 = mulHigh(m1, c2);
    const l1 = Math.imul(m1, c2);
    c0 = h1 ^ c1 ^ k0;
    c1 = l1;
    c2 = h0 ^ c3 ^ k1;
    c3 = l0;
    k0 = (k0 + w0) | 0;
    k1 = (k1 + w1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Four hexadecimal digits of the lower or, shifted by 16, the upper half of a word. */
function half(x: number): string {
  return hex[(x >>> 8) & 255]! + hex[x & 255]!;
}

/** Ids of one patient: each is a function of the patient's key, the kind of entry and its number. */
export class Ids {
  readonly #key: readonly [number, number];
  readonly #high: number;

  constructor(rng: Rng) {
    this.#key = [rng.uint32(), rng.uint32()];
    this.#high = rng.uint32();
  }

  bits(kind: number, n: number, part = 0): [number, number, number, number] {
    return philox([n >>> 0, kind >>> 0, part >>> 0, this.#high], this.#key);
  }

  /** A random UUID (RFC 9562, version 4). */
  uuid(kind: number, n: number, part = 0): string {
    const [a, b, c, d] = this.bits(kind, n, part);
    const version = (b & 0x0fff) | 0x4000;
    const variant = ((c >>> 16) & 0x3fff) | 0x8000;
    const head = `${half(a >>> 16)}${half(a)}-${half(b >>> 16)}-${half(version)}`;
    return `${head}-${half(variant)}-${half(c)}${half(d >>> 16)}${half(d)}`;
  }

  /** A DICOM UID made from a UUID (ISO/IEC 9834-8: `2.25.` and the number of the UUID). */
  uid(kind: number, n: number, part = 0): string {
    return `2.25.${BigInt(`0x${this.uuid(kind, n, part).replaceAll('-', '')}`)}`;
  }

  /** Decimal digits. */
  digits(count: number, kind: number, n: number, part = 0): string {
    const [a, b] = this.bits(kind, n, part);
    return String(a * 1_048_576 + (b >>> 12))
      .padStart(16, '0')
      .slice(-count);
  }
}
