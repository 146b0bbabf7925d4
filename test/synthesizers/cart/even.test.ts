import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { evenUniforms } from '../../../src/synthesizers/cart/even.js';

describe('even uniforms', () => {
  const n = 600;
  const groups = Uint32Array.from({ length: n }, (_, i) => (i * 7) % 5);

  it('lie in [0, 1) for any groups', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (seed, list) => {
        const drawn = evenUniforms(Uint32Array.from(list), 10, Rng.create(seed));
        expect(drawn).toHaveLength(list.length);
        for (const u of drawn) expect(u >= 0 && u < 1).toBe(true);
      }),
    );
  });

  it('fill every group and every run of groups evenly: discrepancy below 3 ln(n) / n, where independent draws have about 1 / √n', () => {
    for (let seed = 0; seed < 40; seed++) {
      const drawn = evenUniforms(groups, 5, Rng.create(seed));
      for (const [from, to] of [
        [0, 0],
        [3, 3],
        [1, 3],
        [0, 4],
      ] as const) {
        const some = drawn.filter((_, i) => groups[i]! >= from && groups[i]! <= to).sort();
        const gap = some.reduce((most, u, k) => Math.max(most, Math.abs(u - (k + 0.5) / some.length)), 0);
        expect(gap).toBeLessThan((3 * Math.log(some.length)) / some.length);
      }
    }
  });

  it('are uniform for each row alone, whatever its group (chi-squared over 2,000 seeds, 9 degrees, 0.1 % point 27.9)', () => {
    for (const row of [0, 1, 299]) {
      const counts = new Array<number>(10).fill(0);
      for (let seed = 0; seed < 2000; seed++)
        counts[Math.floor(10 * evenUniforms(groups, 5, Rng.create(seed))[row]!)]!++;
      expect(counts.reduce((sum, c) => sum + (c - 200) ** 2 / 200, 0)).toBeLessThan(27.9);
    }
  });

  it('do not go with the rows’ order inside a group: no correlation between neighbours beyond chance (4 standard errors)', () => {
    const one = new Uint32Array(20);
    let sum = 0;
    const runs = 3000;
    for (let seed = 0; seed < runs; seed++) {
      const drawn = evenUniforms(one, 1, Rng.create(seed));
      sum += (drawn[0]! - 0.5) * (drawn[1]! - 0.5) * 12;
    }
    // dealt without replacement from an even set: −1/(n − 1) is all that neighbours may have in common
    expect(Math.abs(sum / runs + 1 / 19)).toBeLessThan(4 / Math.sqrt(runs));
  });
});
