import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PrivacyError, Rng } from '../../../src/core/index.js';
import { fitTable, sampleTable } from '../../../src/pipeline/index.js';
import { assertNeighbourSafe, injectedNoise } from '../../../src/privacy/index.js';
import { testContext } from '../../support/context.js';
import { csvOf, scratchFolder, visits } from './files.js';

const folder = scratchFolder();
const { at, write } = folder;
afterAll(folder.remove);

const columns = visits(1500).map(({ age, sex, lab, diabetes, ward, days, back }) => ({
  age,
  sex,
  lab,
  diabetes,
  ward,
  days,
  back,
}));
/** Every file of a model, in one text. */
function bytesOf(model: string): string {
  const files = readdirSync(model, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${path.relative(model, file)}\n${readFileSync(file).toString('base64')}`)
    .join('\n');
}

describe('a table fitted under differential privacy', () => {
  it('without a schema: releases one, claims ε, tells nothing of the records', async () => {
    const data = write('visits.csv', csvOf(columns));
    const result = await fitTable(
      { file: data, out: at('model'), labels: ['back'], budget: { epsilon: 3 }, seed: 1 },
      testContext(2),
    );
    expect(result.privacy).toEqual({ kind: 'dp', epsilon: 3, delta: 1e-5, unit: 'row' });
    expect(result.told).toBeNull();
    const manifest = readFileSync(at('model/model.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      rows: null,
      synthesizer: { id: 'aim' },
      privacy: { kind: 'dp' },
    });
    const drawn = await sampleTable(
      { model: at('model'), rows: 500, target: at('drawn.csv'), seed: 1 },
      testContext(2),
    );
    expect(drawn.rows).toBe(500);
    await expect(
      sampleTable({ model: at('model'), target: at('x.csv'), seed: 1 }, testContext()),
    ).rejects.toThrow(/give -n/);
  });

  it('leaves out constraints on what could not be released, and says so; a misspelt column is an error', async () => {
    const data = write('visits-rare.csv', csvOf(columns.map((c, i) => ({ ...c, rare: `id-${i}` }))));
    const rules = write(
      'rules.yaml',
      'constraints:\n  - bounds: { age: { min: 0 } }\n  - if: { ward: no such ward }\n    then: { age: { atLeast: 1 } }\n  - if: { rare: id-1 }\n    then: { age: { atLeast: 1 } }\n',
    );
    const fit = (out: string, constraints: string) =>
      fitTable(
        {
          file: data,
          out: at(out),
          labels: ['back'],
          budget: { epsilon: 3 },
          constraintsFile: constraints,
          seed: 1,
        },
        testContext(),
      );
    const result = await fit('ruled', rules);
    expect(result.notices.join()).toMatch(/of the constraints speak of columns that could not be released/);
    const manifest = z
      .object({ constraints: z.object({ constraints: z.array(z.unknown()) }) })
      .parse(JSON.parse(readFileSync(at('ruled/model.json'), 'utf8')));
    expect(manifest.constraints.constraints).toContainEqual({
      handle: 'repair',
      bounds: { age: { min: 0 } },
    });
    expect(manifest.constraints.constraints).toHaveLength(2);
    const misspelt = write('misspelt.yaml', 'constraints:\n  - bounds: { agee: { min: 0 } }\n');
    await expect(fit('misspelt', misspelt)).rejects.toThrow(/agee/);
  });

  it('neighbour replay of the whole way from file to model folder', { timeout: 60_000 }, async () => {
    const fast = { heads: false, iterations: 20 };
    let k = 0;
    const odd = { ...columns[0]!, ward: 'never seen', lab: '5.12345', age: 1e9, sex: '' };
    const text = csvOf(columns);
    const report = await assertNeighbourSafe({
      table: text,
      neighbours: [
        { name: 'a line removed from the middle', table: csvOf(columns.filter((_, i) => i !== 700)) },
        { name: 'an odd row added', table: `${text}${Object.values(odd).join(',')}\n` },
      ],
      budget: { epsilon: 3, delta: 1e-5 },
      noise: injectedNoise(Rng.create(7)),
      fit: async (table, curator) => {
        const out = at(`n${k++}`);
        const file = at('neighbour.csv');
        writeFileSync(file, table);
        await fitTable(
          { file, out, labels: ['back'], options: fast, curator, budget: { epsilon: 3 }, seed: 1 },
          testContext(),
        );
        const bytes = bytesOf(out);
        rmSync(out, { recursive: true });
        return bytes;
      },
      serialise: (bytes) => bytes,
    });
    expect(report.neighbours).toBe(2);
  });

  it('a patient may have many rows: they are capped, and the unit stands in the claim', async () => {
    const data = write('units.csv', csvOf(visits(1000)));
    const result = await fitTable(
      {
        file: data,
        out: at('units'),
        labels: ['back'],
        unit: 'patient_id',
        budget: { epsilon: 5, rowsPerUnit: 2 },
        options: { heads: false, iterations: 20 },
        seed: 1,
      },
      testContext(2),
    );
    expect(result.privacy).toMatchObject({ kind: 'dp', unit: 'patient_id' });
    expect(result.setAside[0]).toEqual({ name: 'patient_id', reason: 'it names the unit' });
  });

  it('declared relations are kept and cost nothing; models without noise refuse', async () => {
    const data = write('related.csv', csvOf(visits(1000)));
    const rules = write(
      'rules.yaml',
      'relations:\n  - { column: hours, from: days, times: 24, decimals: 0 }\n  - { column: ward_code, from: ward, table: { emergency: 10, medicine: 20, surgery: 30 } }\n',
    );
    await fitTable(
      {
        file: data,
        drop: ['patient_id'],
        out: at('related'),
        budget: { epsilon: 5 },
        constraintsFile: rules,
        options: { heads: false, iterations: 20 },
        seed: 1,
      },
      testContext(2),
    );
    await sampleTable(
      { model: at('related'), rows: 300, target: at('related.out.csv'), seed: 1 },
      testContext(),
    );
    const [head, ...lines] = readFileSync(at('related.out.csv'), 'utf8').trimEnd().split('\n');
    const names = head!.split(',');
    for (const line of lines) {
      const cell = (name: string): string => line.split(',')[names.indexOf(name)]!;
      expect(Number(cell('hours'))).toBe(24 * Number(cell('days')));
    }
    const refused = fitTable(
      { file: data, out: at('no'), synthesizer: 'cart', budget: { epsilon: 5 }, seed: 1 },
      testContext(),
    );
    await expect(refused).rejects.toThrow(PrivacyError);
    await expect(refused).rejects.toThrow(/aim/);
    const none = fitTable({ file: data, out: at('no'), synthesizer: 'aim', seed: 1 }, testContext());
    await expect(none).rejects.toThrow(/NO_BUDGET|was given no budget/);
    const few = write('few.csv', csvOf(columns.slice(0, 30)));
    const told = fitTable({ file: few, out: at('no'), budget: { epsilon: 0.5 }, seed: 1 }, testContext());
    await expect(told).rejects.toThrow(/No column could be told apart/);
    expect(readdirSync(at('.'))).not.toContain('no');
  });
});
