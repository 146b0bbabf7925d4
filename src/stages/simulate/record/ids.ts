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
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11): 128 bits that depend on a key (two
 * words) and a counter (four words) only, so an entry's id does not move when another entry comes or goes. They take the counter's place.
 */
export function philox(counter: Int32Array, key: Int32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key[0]!;
  let k1 = key[1]!;
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
  counter[0] = c0;
  counter[1] = c1;
  counter[2] = c2;
  counter[3] = c3;
}

const bits = new Int32Array(4);
const digits = Buffer.from('0123456789abcdef', 'latin1');
const hyphen = 0x2d;

/** Character of the hexadecimal digit that begins at a bit of a word. */
const digit = (word: number, bit: number): number => digits[(word >>> bit) & 15]!;

/** A UUID's text from its four words, made in one piece: joining short texts leaves much to collect. */
function uuidText(a: number, b: number, c: number, d: number): string {
  // prettier-ignore
  return String.fromCharCode(
    digit(a, 28), digit(a, 24), digit(a, 20), digit(a, 16), digit(a, 12), digit(a, 8), digit(a, 4), digit(a, 0), hyphen,
    digit(b, 28), digit(b, 24), digit(b, 20), digit(b, 16), hyphen, digit(b, 12), digit(b, 8), digit(b, 4), digit(b, 0), hyphen,
    digit(c, 28), digit(c, 24), digit(c, 20), digit(c, 16), hyphen, digit(c, 12), digit(c, 8), digit(c, 4), digit(c, 0),
    digit(d, 28), digit(d, 24), digit(d, 20), digit(d, 16), digit(d, 12), digit(d, 8), digit(d, 4), digit(d, 0),
  );
}

/** Ids of one patient: each is a function of the patient's key, the kind of entry and its number. */
export class Ids {
  readonly #key: Int32Array;
  readonly #high: number;

  constructor(rng: Rng) {
    this.#key = Int32Array.of(rng.uint32(), rng.uint32());
    this.#high = rng.uint32();
  }

  /** Leaves 128 bits in {@link bits}. */
  #draw(kind: number, n: number, part: number): void {
    bits[0] = n;
    bits[1] = kind;
    bits[2] = part;
    bits[3] = this.#high;
    philox(bits, this.#key);
  }

  /** A random UUID (RFC 9562, version 4). */
  uuid(kind: number, n: number, part = 0): string {
    this.#draw(kind, n, part);
    const b = (bits[1]! & 0xffff0fff) | 0x4000;
    const c = (bits[2]! & 0x3fffffff) | 0x80000000;
    return uuidText(bits[0]!, b, c, bits[3]!);
  }

  /** A DICOM UID made from a UUID (ISO/IEC 9834-8: `2.25.` and the number of the UUID). */
  uid(kind: number, n: number, part = 0): string {
    return `2.25.${BigInt(`0x${this.uuid(kind, n, part).replaceAll('-', '')}`)}`;
  }

  /** Decimal digits. */
  digits(count: number, kind: number, n: number, part = 0): string {
    this.#draw(kind, n, part);
    return String((bits[0]! >>> 0) * 1_048_576 + (bits[1]! >>> 12))
      .padStart(16, '0')
      .slice(-count);
  }
}
