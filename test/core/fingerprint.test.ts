import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, fingerprint, sha256 } from '../../src/core/index.js';

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}');
    expect(canonicalJson({ a: { c: 3, d: 2 }, b: 1 })).toBe('{"a":{"c":3,"d":2},"b":1}');
  });

  it('keeps the order of arrays', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it('sorts keys by code unit, whatever the locale', () => {
    expect(canonicalJson({ ä: 1, z: 2, Z: 3, a: 4 })).toBe('{"Z":3,"a":4,"z":2,"ä":1}');
  });

  it('writes −0 as 0', () => {
    expect(canonicalJson([-0])).toBe('[0]');
  });

  it('leaves undefined keys out, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  it.each([
    NaN,
    Infinity,
    -Infinity,
    1n,
    undefined,
    () => 1,
    Symbol('s'),
    new Map(),
    new Date(0),
    new Float64Array(1),
    [undefined],
    { a: [NaN] },
  ])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'NOT_CANONICAL' }));
  });

  it('means the same to JSON.parse, and is stable', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const parsed: unknown = JSON.parse(text);
        expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(parsed)).toBe(text);
      }),
    );
  });
});

describe('fingerprint', () => {
  it('is the SHA-256 of the canonical JSON (golden: printf \'{"a":1}\' | sha256sum)', () => {
    expect(fingerprint({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256(new Uint8Array([97]))).toBe(sha256('a'));
  });

  it('changes with any value', () => {
    const base = { a: 1, b: ['x'] };
    const others = [
      { a: 2, b: ['x'] },
      { a: 1, b: ['y'] },
      { a: 1, b: ['x', 'x'] },
      { a: '1', b: ['x'] },
      { a: 1 },
    ];
    expect(new Set([base, ...others].map(fingerprint)).size).toBe(others.length + 1);
  });
});
