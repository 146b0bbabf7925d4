import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../../src/stages/simulate/life/data/', import.meta.url);

/** Key paths of numbers that no object above them gives a unit and a source. */
function unsourced(value: unknown, path: string, covered = false): string[] {
  if (typeof value === 'number') return covered ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  const here = covered || ('unit' in value && 'source' in value);
  return Object.entries(value).flatMap(([key, inner]) => unsourced(inner, `${path}.${key}`, here));
}

describe('data of life', () => {
  it.each(readdirSync(folder))('%s gives every number a unit and a source', (file) => {
    const data: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    expect(unsourced(data, file)).toEqual([]);
  });

  it('would notice a number without a source', () => {
    expect(unsourced({ a: { value: 3, unit: '1' }, b: { value: 1, unit: '1', source: 's' } }, 'x')).toEqual([
      'x.a.value',
    ]);
  });
});
