import type { Rng } from '../../core/index.js';
import { GOLDEN } from '../kronecker.js';

/**
 * A uniform number for each row, spread evenly within its group and within any run of neighbouring groups. Each number alone is uniform on
 * [0, 1); together they are the Kronecker sequence u + k·φ,
 * dealt to the rows in the order of their groups and in random order within a group. Drawn columns then hold each leaf's distribution, and that
 * of each branch, nearly exactly instead of with the noise of independent draws.
 *
 * @param groups the group of each row, 0 … size − 1; groups with neighbouring numbers should be alike (leaves in the order of growth)
 */
export function evenUniforms(groups: Uint32Array, size: number, rng: Rng): Float64Array {
  const next = new Uint32Array(size + 1);
  for (const group of groups) next[group + 1]!++;
  for (let g = 0; g < size; g++) next[g + 1]! += next[g]!;
  const start = rng.next();
  const uniforms = new Float64Array(groups.length);
  for (const row of rng.permutation(groups.length)) {
    const place = next[groups[row]!]!++;
    uniforms[row] = (start + place * GOLDEN) % 1;
  }
  return uniforms;
}
