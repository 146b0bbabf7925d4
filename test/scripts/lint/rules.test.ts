import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { determinism } from '../../../scripts/lint/determinism.js';
import { importDirection, layers } from '../../../scripts/lint/import-direction.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const linter = new Linter({ cwd: root });

function problems(file: string, code: string, rules: Linter.RulesRecord): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { anamnesis: { rules: { importDirection } } },
    rules,
  };
  return linter.verify(code, [config], path.join(root, file)).map((m) => m.message);
}

describe('import direction', () => {
  const check = (file: string, code: string): string[] =>
    problems(file, code, { 'anamnesis/importDirection': 'error' });

  it.each([
    ['src/table/table.ts', `import { UserError } from '../core/index.js';`],
    ['src/table/table.ts', `import { x } from './schema.js';`],
    ['src/core/document/yaml.ts', `import { UserError } from '../errors.js';`],
    ['src/core/rng.ts', `import { createHash } from 'node:crypto';`],
    ['src/core/rng.ts', `import { z } from 'zod';`],
    ['src/sources/eicu/index.ts', `import type { Source } from '../types.js';`],
    ['src/sources/eicu/index.ts', `import { openCsv } from '../csv.js';`],
    ['src/sources/index.ts', `export { eicu } from './eicu/index.js';`],
    ['src/pipeline/run.ts', `import { referenceHospital } from '../sources/reference-hospital/index.js';`],
    ['src/pipeline/run.ts', `const x = await import('../sources/index.js');`],
    ['src/synthesizers/argn/fit.ts', `import { x } from '../training/index.js';`],
    ['src/index.ts', `export { Rng } from './core/rng.js';`],
  ])('%s may say %s', (file, code) => {
    expect(check(file, code)).toEqual([]);
  });

  it.each([
    ['src/core/rng.ts', `import { WorkerPool } from '../runtime/index.js';`, 'Imports flow downwards'],
    ['src/core/rng.ts', `import type { Table } from '../table/index.js';`, 'Imports flow downwards'],
    ['src/trees/fit.ts', `import { x } from '../privacy/index.js';`, 'Imports flow downwards'],
    ['src/table/table.ts', `export { x } from '../cohort/index.js';`, 'Imports flow downwards'],
    ['src/table/table.ts', `export * from '../cli/index.js';`, 'Imports flow downwards'],
    ['src/table/table.ts', `const x = await import('../cohort/index.js');`, 'Imports flow downwards'],
    ['src/table/table.ts', `type X = import('../cohort/index.js').X;`, 'Imports flow downwards'],
    ['src/table/table.ts', `import { UserError } from '../core/errors.js';`, 'Deep import'],
    ['src/sources/eicu/index.ts', `import { x } from '../../cohort/store/index.js';`, 'Deep import'],
    ['src/pipeline/run.ts', `import { x } from '../sources/eicu/lab.js';`, 'Deep import'],
    [
      'src/sources/eicu/index.ts',
      `import { x } from '../mimic-iv/index.js';`,
      'must not import its neighbour',
    ],
    [
      'src/synthesizers/training/split.ts',
      `import { x } from '../argn/index.js';`,
      'must not import its neighbour',
    ],
    ['src/synthesizers/argn/fit.ts', `import { x } from '../training/split.js';`, 'Deep import'],
    [
      'src/stages/report/html.ts',
      `import { x } from '../validate/index.js';`,
      'must not import its neighbour',
    ],
    ['src/misc/a.ts', `import { x } from '../core/index.js';`, 'Unknown folder'],
  ])('%s may not say %s', (file, code, message) => {
    expect(check(file, code)).toEqual([expect.stringContaining(message)]);
  });

  it('lists each layer once', () => {
    const names = layers.flat();
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('determinism', () => {
  const check = (code: string): string[] => problems('src/core/x.ts', code, determinism);

  it.each([
    'Math.random();',
    `Math['random']();`,
    'const { random } = Math;',
    'Date.now();',
    'new Date();',
    'new Date(2020, 1, 1);',
    'Date();',
    'performance.now();',
    'process.hrtime.bigint();',
    `import { randomUUID } from 'node:crypto';`,
    'crypto.randomUUID();',
    `import { randomBytes } from 'node:crypto';`,
    'crypto.getRandomValues(x);',
    'date.getHours();',
    'date.setMonth(1);',
    'date.toLocaleDateString();',
    'number.toLocaleString();',
    'date.getTimezoneOffset();',
    'a.localeCompare(b);',
    'items.forEach(async (x) => { await x; });',
    'const x = JSON.parse(text) as Options;',
  ])('%s is caught', (code) => {
    expect(check(code).length).toBeGreaterThan(0);
  });

  it.each([
    'Math.floor(1.5);',
    'clock.now();',
    'new Date(0);',
    'Date.UTC(2020, 1, 1);',
    'date.getUTCHours();',
    'rng.next();',
    'items.forEach((x) => { use(x); });',
    'const x: unknown = JSON.parse(text);',
  ])('%s is allowed', (code) => {
    expect(check(code)).toEqual([]);
  });
});

it('both are errors in the project’s own configuration, for every file of src', async () => {
  const eslint = new ESLint({ cwd: root });
  const config = (await eslint.calculateConfigForFile(
    path.join(root, 'src/table/table.ts'),
  )) as Linter.Config;
  expect(config.rules?.['anamnesis/importDirection']).toEqual([2]);
  expect((config.rules?.['no-restricted-syntax'] as unknown[]).slice(1)).toEqual(
    determinism['no-restricted-syntax'].slice(1),
  );
});
