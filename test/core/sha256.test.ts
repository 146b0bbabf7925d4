import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Words } from '../../src/core/sha256.js';

/** The same by Node.js. */
function reference(words: Int32Array, text: string): number[] {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, i) => bytes.writeInt32BE(word, 4 * i));
  const digest = createHash('sha256').update(bytes).update(text, 'utf8').digest();
  return Array.from({ length: 8 }, (_, i) => digest.readInt32BE(4 * i));
}

const words = fc.oneof(fc.int32Array({ minLength: 8, maxLength: 8 }), fc.constant(new Int32Array(0)));

describe('sha256Words', () => {
  it('equals Node.js’s SHA-256 for texts of any length, ASCII or not (exact)', () => {
    const text = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 100 }));
    fc.assert(
      fc.property(words, text, (key, t) => {
        expect([...sha256Words(key, t)]).toEqual(reference(key, t));
      }),
      { numRuns: 300 },
    );
  });

  it('equals it at every length around the ends of blocks, long before short (exact)', () => {
    const key = Int32Array.from({ length: 8 }, (_, i) => i * 0x1234567);
    for (let length = 700; length >= 0; length--) {
      const t = 'x'.repeat(length);
      expect([...sha256Words(key, t)]).toEqual(reference(key, t));
    }
  });
});
