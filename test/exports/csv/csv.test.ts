import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/duckdb/index.js';
import { exportById } from '../../../src/exports/index.js';
import { csvLine } from '../../../src/core/index.js';
import { isoSeconds, sqlTime } from '../../../src/exports/times.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';
import { fixtureFacts, makeRecords } from '../../support/records/index.js';
import { hashes, writeExport } from '../../support/write-export.js';

const { directory, records } = makeRecords(12);
const base = { directory, records, facts: fixtureFacts };
let work: string;
let db: Database;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'csv-'));
  db = await Database.open({ threads: 1 });
  const compiled = exportById('csv').compile({});
  await writeExport(path.join(work, 'out'), { ...base, compiled, perTask: 5 }, testContext());
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

const table = (name: string): string =>
  `read_csv('${path.join(work, 'out', `${name}.csv`)}', header = true, all_varchar = true, strict_mode = true)`;

async function count(name: string): Promise<number> {
  return Number((await db.one(`SELECT count(*)::DOUBLE AS n FROM ${table(name)}`))['n']);
}

describe('csv', () => {
  it('has a row for each entry, and nothing else in the folder', async () => {
    const sum = (of: (r: (typeof records)[number]) => number): number =>
      records.reduce((n, r) => n + of(r), 0);
    const expected = {
      patients: records.length,
      encounters: sum((r) => r.encounters.length),
      conditions: sum((r) => r.conditions.length),
      allergies: sum((r) => r.allergies.length),
      procedures: sum((r) => r.procedures.length),
      medications: sum((r) => r.medications.length),
      immunizations: sum((r) => r.immunizations.length),
      careplans: sum((r) => r.carePlans.length),
      imaging_studies: sum((r) => r.imaging.flatMap((i) => i.series.flatMap((s) => s.instances)).length),
      devices: sum((r) => r.devices.length),
      supplies: sum((r) => r.supplies.length),
      payer_transitions: sum((r) => r.coverages.length),
      claims: sum((r) => r.encounters.length + r.medications.filter((m) => m.encounter !== null).length),
      observations: sum(
        (r) => r.observations.flatMap((o) => [...(o.value === null ? [] : [o]), ...o.components]).length,
      ),
      organizations: directory.organizations.length,
      providers: directory.practitioners.length,
      payers: directory.payers.length,
    };
    for (const [name, n] of Object.entries(expected)) expect([name, await count(name)]).toEqual([name, n]);
    const names = (await readdir(path.join(work, 'out'))).sort();
    expect(names).toEqual(
      Object.keys(expected)
        .map((n) => `${n}.csv`)
        .sort(),
    );
  });

  it('adds up what organizations, providers and payers sum over the patients', async () => {
    const [row] = await db.rows(`
      SELECT (SELECT sum(UTILIZATION::INT)::INT FROM ${table('organizations')}) AS visits,
        (SELECT sum(REVENUE::DECIMAL(18, 2))::DOUBLE FROM ${table('organizations')}) AS revenue,
        (SELECT sum(TOTAL_CLAIM_COST::DECIMAL(18, 2))::DOUBLE FROM ${table('encounters')}) AS billed,
        (SELECT sum(ENCOUNTERS::INT)::INT FROM ${table('providers')}) AS seen,
        (SELECT sum(AMOUNT_COVERED::DECIMAL(18, 2))::DOUBLE FROM ${table('payers')}) AS paid,
        (SELECT sum(HEALTHCARE_COVERAGE::DECIMAL(18, 2))::DOUBLE FROM ${table('patients')}) AS covered,
        (SELECT sum(AMOUNT_UNCOVERED::DECIMAL(18, 2))::DOUBLE FROM ${table('payers')}) AS open,
        (SELECT sum(HEALTHCARE_EXPENSES::DECIMAL(18, 2))::DOUBLE FROM ${table('patients')}) AS expenses,
        (SELECT sum(PROCEDURES::INT)::INT FROM ${table('providers')}) AS procedures`);
    const encounters = await count('encounters');
    expect(row).toMatchObject({ visits: encounters, seen: encounters });
    expect(row!['revenue']).toBe(row!['billed']);
    expect(row!['paid']).toBe(row!['covered']);
    expect(Number(row!['paid'])).toBeGreaterThan(0);
    expect(row!['open']).toBe(row!['expenses']);
    expect(row!['procedures']).toBe(await count('procedures'));
  });

  it('names encounters, patients, payers and providers that exist', async () => {
    const links = [
      ['conditions.ENCOUNTER', 'encounters.Id'],
      ['observations.ENCOUNTER', 'encounters.Id'],
      ['claims.APPOINTMENTID', 'encounters.Id'],
      ['encounters.PATIENT', 'patients.Id'],
      ['encounters.PAYER', 'payers.Id'],
      ['encounters.PROVIDER', 'providers.Id'],
      ['encounters.ORGANIZATION', 'organizations.Id'],
      ['providers.ORGANIZATION', 'organizations.Id'],
      ['payer_transitions.PAYER', 'payers.Id'],
    ].map((pair) => pair.map((end) => end.split('.') as [string, string]));
    for (const [[from, column], [to, key]] of links as [[string, string], [string, string]][]) {
      const dangling = await db.one(`SELECT count(*)::INT AS n FROM ${table(from)}
        WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT ${key} FROM ${table(to)})`);
      expect([from, column, dangling['n']]).toEqual([from, column, 0]);
    }
    expect((await db.one(`SELECT count(DISTINCT Id) = count(*) AS ok FROM ${table('claims')}`))['ok']).toBe(
      true,
    );
  });

  it.each([1, 3, 100])('writes the same bytes when cut into tasks of %i', async (perTask) => {
    const compiled = exportById('csv').compile({});
    const out = path.join(work, `cut-${perTask}`);
    await writeExport(out, { ...base, compiled, perTask }, testContext(2));
    expect(await hashes(out)).toEqual(await hashes(path.join(work, 'out')));
  });

  it('compresses on request, to the same text', async () => {
    const compiled = exportById('csv').compile({ gzip: true });
    const out = path.join(work, 'gz');
    await writeExport(out, { ...base, compiled, perTask: 4 }, testContext());
    expect((await readdir(out)).every((name) => name.endsWith('.csv.gz'))).toBe(true);
    const plain = await readFile(path.join(work, 'out', 'observations.csv'));
    expect(gunzipSync(await readFile(path.join(out, 'observations.csv.gz')))).toEqual(plain);
  });

  it('writes empty tables for a run without patients', async () => {
    const compiled = exportById('csv').compile({});
    const out = path.join(work, 'none');
    await writeExport(out, { ...base, records: [], compiled, perTask: 1 }, testContext());
    expect(await readFile(path.join(out, 'patients.csv'), 'utf8')).toMatch(/^Id,BIRTHDATE[^\n]*INCOME\n$/);
  });

  it('refuses options that it does not know', () => {
    expect(() => exportById('csv').compile({ zip: true, gzip: 'yes' })).toThrow(/zip.*gzip|gzip.*zip/s);
    expect(() => exportById('excel')).toThrow(/csv/);
  });

  it.skipIf(dataRoot === undefined)(
    'has the columns of Synthea’s own files (needs ../shared/data)',
    async () => {
      const own = path.join(dataRoot ?? '', 'synthea', 'csv');
      for (const file of await readdir(own)) {
        const [header] = gunzipSync(await readFile(path.join(own, file)))
          .toString('utf8')
          .split('\n', 1);
        const ours = path.join(work, 'out', file.replace(/\.gz$/, ''));
        expect(existsSync(ours)).toBe(true);
        expect([file, (await readFile(ours, 'utf8')).split('\n', 1)[0]]).toEqual([file, header]);
      }
    },
  );
});

describe('csv text', () => {
  it('is read back by another reader, whatever the cells hold', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '\t'),
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), async (rows) => {
        const text = csvLine(['a', 'b']) + rows.map(csvLine).join('');
        expect(parse(text).slice(1)).toEqual(rows);
        await Promise.resolve();
      }),
    );
  });

  it('writes times as ISO 8601, before 1970 too', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2e12, max: 4e12 }), (ms) => {
        const iso = new Date(ms).toISOString();
        expect(isoSeconds(ms)).toBe(`${iso.slice(0, 19)}Z`);
        expect(new Date(`${sqlTime(ms).replace(' ', 'T')}Z`).getTime()).toBe(ms);
      }),
    );
  });
});

/** A small reader of RFC 4180, written apart from the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        cell += text[at]!;
      }
      at++;
    } else while (text[at] !== ',' && text[at] !== '\n') cell += text[at++]!;
    row.push(cell);
    if (text[at++] === '\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
