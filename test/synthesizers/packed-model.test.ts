import { expect, it } from 'vitest';
import { packModel, unpackModel } from '../../src/synthesizers/packed-model.js';
import { sharedFloat64 } from '../../src/table/index.js';

it('packs plain data, leaves typed arrays on the memory where they lie, and unpacks once', () => {
  const numbers = sharedFloat64(3);
  numbers.set([1.5, -0, 2]);
  const model = {
    name: 'é',
    nothing: undefined,
    none: null,
    slots: new Map([['a', 0]]),
    nested: [{ numbers, words: Uint32Array.of(1, 2 ** 32 - 1) }],
  };
  const sent = structuredClone(packModel(model));
  const got = unpackModel(sent);
  expect(got).toEqual(model);
  expect(unpackModel(structuredClone(sent))).toBe(got);
  numbers[0] = 7;
  expect(got.nested[0]!.numbers[0]).toBe(7);
});

it('keeps models apart, and only a few at hand', () => {
  const packs = [1, 2, 3, 4].map((k) => packModel({ k }));
  expect(packs.map((pack) => unpackModel(pack).k)).toEqual([1, 2, 3, 4]);
  const again = unpackModel(packs[0]!);
  expect(again).toEqual({ k: 1 });
});
