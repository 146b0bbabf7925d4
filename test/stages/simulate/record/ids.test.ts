import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { Ids, philox } from '../../../../src/stages/simulate/record/ids.js';

describe('philox', () => {
  // Known answers of Random123 (kat_vectors, philox4x32 10).
  it('agrees with the reference vectors', () => {
    const say = (counter: Int32Array, key: Int32Array): string => {
      philox(counter, key);
      return Array.from(counter, (w) => (w >>> 0).toString(16).padStart(8, '0')).join(' ');
    };
    expect(say(new Int32Array(4), new Int32Array(2))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    const ones = new Int32Array(4).fill(-1);
    expect(say(ones, new Int32Array(2).fill(-1))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  });
});

describe('ids of a patient', () => {
  it('are version 4 UUIDs, differ, and depend on key, kind and number alone', () => {
    const ids = new Ids(Rng.create(1));
    const all = Array.from({ length: 2000 }, (_, i) => ids.uuid(i % 5, Math.floor(i / 5)));
    expect(new Set(all).size).toBe(2000);
    for (const id of all)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
    expect(new Ids(Rng.create(1)).uuid(3, 7)).toBe(ids.uuid(3, 7));
  });

  it('make DICOM UIDs of at most 64 characters', () => {
    expect(new Ids(Rng.create(2)).uid(1, 1)).toMatch(/^2\.25\.\d{30,39}$/u);
  });
});
