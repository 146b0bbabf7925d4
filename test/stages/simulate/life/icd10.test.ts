import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mappedConditions } from '../../../../src/stages/simulate/life/icd10.js';
import { icd10For } from '../../../../src/stages/simulate/life/index.js';
import { dataRoot } from '../../../support/data.js';

describe('ICD-10-CM beside SNOMED CT', () => {
  it('knows the common ones, by sex where it matters, and says nothing of the unknown', () => {
    expect(icd10For('59621000', 'female')?.code).toBe('I10');
    expect(icd10For('44054006', 'male')?.code).toBe('E11.9');
    expect(icd10For('254837009', 'female')?.code).toBe('C50.919');
    expect(icd10For('254837009', 'male')?.code).toBe('C50.929');
    expect(icd10For('1', 'male')).toBeUndefined();
  });

  it('maps each condition once', () => {
    expect(new Set(mappedConditions).size).toBe(mappedConditions.length);
  });
});

describe.skipIf(dataRoot === undefined)('ICD-10-CM 2021 order file (needs shared data)', () => {
  it('holds every target as a billable code under the same title', () => {
    const text = gunzipSync(
      readFileSync(path.join(dataRoot ?? '', 'vocab', 'icd10cm-order-2021.csv.gz')),
    ).toString('utf8');
    const billable = new Map<string, string>();
    for (const line of text.split('\n')) {
      const [, code, flag] = /^([^,]+),([01]),/.exec(line) ?? [];
      if (code !== undefined && flag === '1') billable.set(code, line);
    }
    expect(billable.size).toBeGreaterThan(70_000);
    for (const snomed of mappedConditions) {
      for (const sex of ['female', 'male'] as const) {
        const coding = icd10For(snomed, sex)!;
        expect(
          billable.get(coding.code.replace('.', ''))?.includes(coding.display),
          `${snomed} ${coding.code}`,
        ).toBe(true);
      }
    }
  });
});
