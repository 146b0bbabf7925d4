import { afterAll, expect, it } from 'vitest';
import { describeTable } from '../../../src/pipeline/index.js';
import { testContext } from '../../support/context.js';
import { csvOf, scratchFolder, visits } from './files.js';

const folder = scratchFolder();
afterAll(folder.remove);

it('reads 2,000 columns', { timeout: 240_000 }, async () => {
  const wide = visits(60).map(({ age, sex, lab, back }, i) => ({
    age,
    sex,
    lab,
    back,
    ...Object.fromEntries(Array.from({ length: 1996 }, (_, c) => [`x${c}`, (i * (c + 3)) % 7])),
  }));
  const file = folder.write('wide.csv', csvOf(wide));
  const result = await describeTable({ file, labels: ['back'] }, testContext());
  expect(result.columns).toHaveLength(2000);
});
