import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { icd10For } from '../../src/stages/simulate/life/index.js';
import { dataRoot } from '../support/data.js';
import { codesIn, parseModule, sourceProblems } from './numbers.js';

const root = fileURLToPath(new URL('../../modules/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Codes that Synthea's modules do not use, known to be what their display says. */
const beyond = new Set([
  'LOINC 19005-8',
  'LOINC 59770-8',
  'LOINC 59771-6',
  'LOINC 59776-5',
  'LOINC 8310-5',
  'LOINC 85354-9',
  'NUBC 02',
  'NUBC 03',
  'NUBC 06',
  'NUBC 07',
  'NUBC 20',
  'NUBC 51',
  'NUBC 62',
  'RxNorm 114477',
  'RxNorm 1364430',
  'RxNorm 197361',
  'RxNorm 260101',
  'RxNorm 3264',
  'RxNorm 3443',
  'RxNorm 3628',
  'RxNorm 40790',
  'RxNorm 4452',
  'RxNorm 5492',
  'RxNorm 6218',
  'RxNorm 703',
  'RxNorm 7396',
  'RxNorm 7617',
  'SNOMED-CT 110265006',
  'SNOMED-CT 11687002',
  'SNOMED-CT 118600007',
  'SNOMED-CT 13200003',
  'SNOMED-CT 13645005',
  'SNOMED-CT 13920009',
  'SNOMED-CT 14140009',
  'SNOMED-CT 14669001',
  'SNOMED-CT 161508001',
  'SNOMED-CT 161511000',
  'SNOMED-CT 171149006',
  'SNOMED-CT 186431008',
  'SNOMED-CT 194828000',
  'SNOMED-CT 195951007',
  'SNOMED-CT 197456007',
  'SNOMED-CT 19943007',
  'SNOMED-CT 225088003',
  'SNOMED-CT 233985008',
  'SNOMED-CT 24867002',
  'SNOMED-CT 264957007',
  'SNOMED-CT 266257000',
  'SNOMED-CT 274100004',
  'SNOMED-CT 275526006',
  'SNOMED-CT 2776000',
  'SNOMED-CT 363418001',
  'SNOMED-CT 363518003',
  'SNOMED-CT 363732003',
  'SNOMED-CT 372244006',
  'SNOMED-CT 386718000',
  'SNOMED-CT 399068003',
  'SNOMED-CT 399326009',
  'SNOMED-CT 400047006',
  'SNOMED-CT 40930008',
  'SNOMED-CT 420422005',
  'SNOMED-CT 422588002',
  'SNOMED-CT 428262008',
  'SNOMED-CT 428311008',
  'SNOMED-CT 429087003',
  'SNOMED-CT 429699009',
  'SNOMED-CT 430189000',
  'SNOMED-CT 433202001',
  'SNOMED-CT 446523001',
  'SNOMED-CT 46635009',
  'SNOMED-CT 48782003',
  'SNOMED-CT 53741008',
  'SNOMED-CT 55705006',
  'SNOMED-CT 56675007',
  'SNOMED-CT 6142004',
  'SNOMED-CT 74474003',
  'SNOMED-CT 76009000',
  'SNOMED-CT 76107001',
  'SNOMED-CT 81060008',
  'SNOMED-CT 86481000',
  'SNOMED-CT 87750000',
  'SNOMED-CT 89138009',
  'SNOMED-CT 89305009',
  'SNOMED-CT 89627008',
  'SNOMED-CT 91175000',
]);

/** The complications of a stay's course. */
const complicationsOf = ({ course }: Readonly<Record<string, unknown>>): unknown =>
  (course as { readonly complications: unknown }).complications;

describe('the built-in modules', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThanOrEqual(26);
  });

  it.each(files)('%s gives every number a unit and a source', (file) => {
    expect(sourceProblems(parseModule(read(file)))).toEqual([]);
  });

  it('maps every condition to ICD-10-CM', () => {
    for (const file of files)
      for (const [name, state] of Object.entries(parseModule(read(file)).states))
        if (state.type === 'ConditionOnset' || state.type === 'anamnesis:HospitalStay')
          for (const { code } of codesIn(state.type === 'ConditionOnset' ? state : complicationsOf(state)))
            expect(icd10For(code, 'female'), `${file} ${name} ${code}`).toBeDefined();
  });
});

describe('the check of sources', () => {
  const good = {
    name: 'x',
    anamnesis: { kind: 'module', sources: { a: 'expert assumption: for this test' } },
    states: {
      Initial: { type: 'Initial', direct_transition: 'Wait' },
      Wait: {
        type: 'Delay',
        exact: { quantity: 2, unit: 'days' },
        direct_transition: 'End',
        anamnesis: { numbers: [{ path: 'exact', unit: 'days', source: 'a' }] },
      },
      Sum: { type: 'SetAttribute', attribute: 'n', expression: '#{sign 1} + #{n}', direct_transition: 'End' },
      End: { type: 'Terminal' },
    },
  };
  const problems = (change: object): string[] =>
    sourceProblems(parseModule(JSON.stringify({ ...good, states: { ...good.states, ...change } })));

  it('finds nothing in a good module', () => {
    expect(problems({})).toEqual([]);
  });

  it.each([
    [
      'a number without an entry',
      { Wait: { ...good.states.Wait, range: { low: 1, high: 2, unit: 'days' } } },
    ],
    ['a number in arithmetic', { Sum: { ...good.states.Sum, expression: '#{n} + 1.5' } }],
    [
      'a source that is not there',
      { Wait: { ...good.states.Wait, anamnesis: { numbers: [{ path: 'exact', unit: 'd', source: 'b' }] } } },
    ],
    [
      'an entry for no number',
      {
        Sum: { ...good.states.Sum, anamnesis: { numbers: [{ path: 'expression', unit: '1', source: 'a' }] } },
      },
    ],
  ])('finds %s', (_, change) => {
    expect(problems(change)).not.toEqual([]);
  });
});

describe.skipIf(dataRoot === undefined)('codes of the built-in modules (needs shared data)', () => {
  const known = new Map<string, string[]>();
  if (dataRoot !== undefined) {
    const text = readFileSync(path.join(dataRoot, 'vocab', 'synthea_module_codes.csv'), 'utf8');
    for (const line of text.split(/\r?\n/u).slice(1)) {
      const [, system, code, display] = /^([^,]+),([^,]+),(.*)$/u.exec(line) ?? [];
      if (system === undefined || code === undefined || display === undefined) continue;
      const key = `${system} ${code}`;
      known.set(key, [
        ...(known.get(key) ?? []),
        display
          .replace(/^"(.*)"$/u, '$1')
          .replaceAll('""', '"')
          .trim(),
      ]);
    }
  }

  it.each(files)('%s uses codes that exist, under their names', (file) => {
    for (const { system, code, display } of codesIn(JSON.parse(read(file)))) {
      const key = `${system} ${code}`;
      if (beyond.has(key)) continue;
      expect(known.get(key), key).toContain(display);
    }
  });

  it('names beyond the list only what is used', () => {
    const used = new Set(
      files.flatMap((f) => codesIn(JSON.parse(read(f))).map((c) => `${c.system} ${c.code}`)),
    );
    expect([...beyond].filter((key) => !used.has(key))).toEqual([]);
  });
});
