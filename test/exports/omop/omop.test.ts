import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../../src/duckdb/index.js';
import { checkOmop, exportById } from '../../../src/exports/index.js';
import { testContext } from '../../support/context.js';
import { fixtureFacts, makeRecords } from '../../support/records/index.js';
import { hashes, writeExport } from '../../support/write-export.js';

const { directory, records } = makeRecords(15);
const base = { directory, records, facts: fixtureFacts };
let work: string;
let out: string;
let db: Database;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'omop-'));
  out = path.join(work, 'out');
  db = await Database.open({ threads: 1 });
  const compiled = exportById('omop').compile({ files: ['csv', 'parquet'] });
  await writeExport(out, { ...base, compiled, perTask: 4 }, testContext());
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

const table = (name: string, folder = out): string =>
  `read_parquet('${path.join(folder, `${name}.parquet`)}')`;
const sum = (of: (r: (typeof records)[number]) => number): number => records.reduce((n, r) => n + of(r), 0);

async function count(name: string): Promise<number> {
  return Number((await db.one(`SELECT count(*)::DOUBLE AS n FROM ${table(name)}`))['n']);
}

describe('omop', () => {
  it('has the rows of the records, numbered without gaps, in CSV and Parquet alike', async () => {
    const expected = {
      person: records.length,
      observation_period: records.length,
      visit_occurrence: sum((r) => r.encounters.filter((e) => e.parent === null).length),
      visit_detail: sum((r) => r.encounters.filter((e) => e.parent !== null).length),
      condition_occurrence: sum((r) => r.conditions.length),
      drug_exposure: sum((r) => r.medications.length + r.immunizations.length),
      procedure_occurrence: sum((r) => r.procedures.length + r.imaging.length + r.carePlans.length),
      device_exposure: sum((r) => r.devices.length + r.supplies.length),
      note: sum((r) => r.notes.length),
      death: records.filter((r) => r.person.deathTime !== null).length,
      payer_plan_period: sum((r) => r.coverages.length),
      location: directory.organizations.length + records.length,
    };
    for (const [name, n] of Object.entries(expected)) {
      expect([name, await count(name)]).toEqual([name, n]);
      const csv = `read_csv('${path.join(out, `${name}.csv`)}', header = true, all_varchar = true)`;
      const texts = `SELECT COLUMNS(*)::VARCHAR FROM ${table(name)}`;
      const differ = await db.one(`SELECT count(*)::INT AS n FROM (
        (SELECT * FROM ${csv}) EXCEPT ALL (${texts}))`);
      expect([name, differ['n']]).toEqual([name, 0]);
    }
    const values = sum(
      (r) =>
        r.allergies.length +
        r.observations
          .flatMap((o) => [o.value, ...o.components.map((c) => c.value)])
          .filter((v) => v !== null && v.kind !== 'absent' && v.kind !== 'attachment').length,
    );
    expect((await count('measurement')) + (await count('observation'))).toBe(values);
    const ids =
      await db.one(`SELECT min(measurement_id)::INT AS low, max(measurement_id)::INT AS high, count(DISTINCT measurement_id)::INT AS n
      FROM ${table('measurement')}`);
    expect(ids).toEqual({ low: 1, high: ids['n'], n: await count('measurement') });
    expect((await readdir(out)).filter((f) => f.startsWith('.'))).toEqual([]);
  });

  it('passes every check of the data quality dashboard that applies', async () => {
    const checks = await checkOmop(out, testContext());
    expect(checks.filter((c) => !c.passed)).toEqual([]);
    expect(new Set(checks.map((c) => c.check))).toEqual(
      new Set([
        'cdmTable',
        'cdmField',
        'cdmDatatype',
        'isRequired',
        'isPrimaryKey',
        'isForeignKey',
        'fkDomain',
        'isStandardValidConcept',
        'standardConceptRecordCompleteness',
        'measurePersonCompleteness',
        'plausibleValueLow',
        'plausibleAfterBirth',
        'plausibleBeforeDeath',
        'plausibleStartBeforeEnd',
        'withinVisitDates',
        'visitOfThePerson',
      ]),
    );
    expect(checks.length).toBeGreaterThan(400);
  });

  it('puts what happens in intensive care into the admission and its detail', async () => {
    const rows = await db.rows(`
      SELECT v.visit_concept_id::INT AS visit, d.visit_detail_concept_id::INT AS detail, count(*)::INT AS n
      FROM ${table('measurement')} m JOIN ${table('visit_detail')} d USING (visit_detail_id)
      JOIN ${table('visit_occurrence')} v ON v.visit_occurrence_id = m.visit_occurrence_id GROUP BY ALL`);
    expect(rows).toMatchObject([{ visit: 9201, detail: 32037 }]);
    expect(Number(rows[0]!['n'])).toBeGreaterThan(50);
  });

  it('gives known codes their standard concept and keeps the others under a local one', async () => {
    const rows = await db.rows(`
      SELECT DISTINCT condition_source_value AS code, condition_concept_id::INT AS concept, c.concept_name AS source
      FROM ${table('condition_occurrence')} o JOIN ${table('concept')} c ON c.concept_id = o.condition_source_concept_id
      WHERE code IN ('59621000', '423315002') ORDER BY 1`);
    expect(rows).toEqual([
      { code: '423315002', concept: 0, source: 'Limited social contact (finding)' },
      { code: '59621000', concept: 320128, source: 'Essential hypertension' },
    ]);
  });

  it('adds costs up to what the records cost', async () => {
    const { total } = await db.one(`SELECT sum(total_charge)::DOUBLE AS total FROM ${table('cost')}`);
    const expected = sum(
      (r) =>
        r.encounters.reduce((n, e) => n + e.cost, 0) +
        [...r.procedures, ...r.immunizations, ...r.reports].reduce(
          (n, e) => n + (e.encounter === null ? 0 : e.cost),
          0,
        ) +
        r.medications.reduce((n, m) => n + m.cost * m.dispenses, 0),
    );
    expect(Number(total)).toBeCloseTo(expected, 2);
    const { n } = await db.one(`SELECT count(*)::INT AS n FROM ${table('cost')} c
      LEFT JOIN ${table('drug_exposure')} d ON d.drug_exposure_id = c.cost_event_id
      WHERE c.cost_domain_id = 'Drug' AND d.drug_exposure_id IS NULL`);
    expect(n).toBe(0);
  });

  it.each([1, 100])('writes the same bytes when cut into tasks of %i, on 2 threads', async (perTask) => {
    const compiled = exportById('omop').compile({ files: ['csv', 'parquet'] });
    const again = path.join(work, `cut-${perTask}`);
    await writeExport(again, { ...base, compiled, perTask }, testContext(2));
    expect(await hashes(again)).toEqual(await hashes(out));
  });

  it('resolves codes with a download of the vocabularies', async () => {
    const athena = path.join(work, 'athena');
    await mkdir(athena, { recursive: true });
    const concept =
      'concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\n';
    await writeFile(
      path.join(athena, 'CONCEPT.csv'),
      `${concept}900\tLisinopril "10"\tDrug\tRxNorm\tClinical Drug\tS\t314076\n901\tOld flu shot\tDrug\tCVX\tCVX\t\t140\n902\tNew flu shot\tDrug\tCVX\tCVX\tS\t999\n903\tNot a condition\tObservation\tSNOMED\tClinical Finding\tS\t423315002\n`,
    );
    await writeFile(
      path.join(athena, 'CONCEPT_RELATIONSHIP.csv'),
      'concept_id_1\tconcept_id_2\trelationship_id\tinvalid_reason\n901\t902\tMaps to\t\n901\t900\tMaps to\tD\n',
    );
    const folder = path.join(work, 'mapped');
    const compiled = exportById('omop').compile({ files: ['parquet'], vocabulary: athena });
    await writeExport(folder, { ...base, compiled, perTask: 9 }, testContext());
    const rows =
      await db.rows(`SELECT DISTINCT drug_source_value AS code, drug_concept_id::INT AS concept, drug_source_concept_id::INT AS source
      FROM ${table('drug_exposure', folder)} WHERE drug_source_value IN ('314076', '140') ORDER BY 1`);
    expect(rows).toEqual([
      { code: '140', concept: 902, source: 901 },
      { code: '314076', concept: 900, source: 900 },
    ]);
    // A standard concept of another domain stays out of the table's concept column.
    const { n } = await db.one(`SELECT count(*)::INT AS n FROM ${table('condition_occurrence', folder)}
      WHERE condition_source_concept_id = 903 AND condition_concept_id = 0`);
    expect(Number(n)).toBeGreaterThan(0);
    expect((await checkOmop(folder, testContext())).filter((c) => !c.passed)).toEqual([]);
    expect(() => exportById('omop').compile({ files: [] })).toThrow(/files/);
    const nowhere = exportById('omop').compile({ vocabulary: path.join(work, 'nowhere') });
    await expect(
      writeExport(path.join(work, 'never'), { ...base, compiled: nowhere, perTask: 9 }, testContext()),
    ).rejects.toMatchObject({ code: 'NO_VOCABULARY' });
  });
});

describe('checkOmop', () => {
  /** A planted defect: the table it is in, the SQL that makes it, and the check and column that must see it. */
  const defects: readonly (readonly [string, string, string, string])[] = [
    ['isPrimaryKey', 'person', 'person_id', 'SELECT * FROM t UNION ALL SELECT * FROM t WHERE person_id = 1'],
    [
      'isRequired',
      'visit_occurrence',
      'visit_start_date',
      'SELECT * REPLACE (CASE WHEN visit_occurrence_id = 2 THEN NULL ELSE visit_start_date END AS visit_start_date) FROM t',
    ],
    [
      'isForeignKey',
      'measurement',
      'visit_occurrence_id',
      'SELECT * REPLACE (CASE WHEN measurement_id = 3 THEN 99999 ELSE visit_occurrence_id END AS visit_occurrence_id) FROM t',
    ],
    [
      'fkDomain',
      'person',
      'gender_concept_id',
      'SELECT * REPLACE (CASE WHEN person_id = 2 THEN 9201 ELSE gender_concept_id END AS gender_concept_id) FROM t',
    ],
    [
      'isStandardValidConcept',
      'condition_occurrence',
      'condition_concept_id',
      'SELECT * REPLACE (CASE WHEN condition_occurrence_id = 1 THEN 2000000001 ELSE condition_concept_id END AS condition_concept_id) FROM t',
    ],
    [
      'cdmDatatype',
      'person',
      'year_of_birth',
      "SELECT * REPLACE (CASE WHEN person_id = 2 THEN 'MCMLX' ELSE year_of_birth::VARCHAR END AS year_of_birth) FROM t",
    ],
    [
      'cdmDatatype',
      'measurement',
      'unit_source_value',
      "SELECT * REPLACE (CASE WHEN measurement_id = 3 THEN repeat('x', 51) ELSE unit_source_value END AS unit_source_value) FROM t",
    ],
    ['cdmField', 'person', 'race_concept_id', 'SELECT * EXCLUDE (race_concept_id) FROM t'],
    [
      'plausibleValueLow',
      'person',
      'year_of_birth',
      'SELECT * REPLACE (CASE WHEN person_id = 2 THEN 1700 ELSE year_of_birth END AS year_of_birth) FROM t',
    ],
    [
      'plausibleAfterBirth',
      'observation',
      'observation_date',
      "SELECT * REPLACE (CASE WHEN observation_id = 1 THEN DATE '1850-01-01' ELSE observation_date END AS observation_date) FROM t",
    ],
    [
      'plausibleBeforeDeath',
      'condition_occurrence',
      'condition_start_date',
      "SELECT * REPLACE (DATE '2099-01-01' AS condition_start_date) FROM t",
    ],
    [
      'plausibleStartBeforeEnd',
      'drug_exposure',
      'drug_exposure_start_date',
      'SELECT * REPLACE (CASE WHEN drug_exposure_id = 1 THEN drug_exposure_start_date - 1 ELSE drug_exposure_end_date END AS drug_exposure_end_date) FROM t',
    ],
    [
      'withinVisitDates',
      'measurement',
      'measurement_date',
      'SELECT * REPLACE (CASE WHEN measurement_id = 1 THEN measurement_date + 100 ELSE measurement_date END AS measurement_date) FROM t',
    ],
    [
      'visitOfThePerson',
      'measurement',
      'visit_occurrence_id',
      'SELECT * REPLACE (CASE WHEN person_id = 1 THEN 2 ELSE person_id END AS person_id) FROM t',
    ],
    ['measurePersonCompleteness', 'observation_period', '', 'SELECT * FROM t WHERE person_id <> 4'],
  ];

  /** Rounds in which no table has two defects. */
  const rounds = defects.reduce<(typeof defects)[number][][]>((made, defect) => {
    const free = made.find((round) => round.every(([, name]) => name !== defect[1]));
    if (free === undefined) made.push([defect]);
    else free.push(defect);
    return made;
  }, []);

  it.each(
    rounds.map((round) => [round.map(([check, name]) => `${check} in ${name}`).join(', '), round] as const),
  )('sees planted defects: %s', async (_title, round) => {
    const folder = path.join(work, 'defect');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    for (const file of await readdir(out))
      if (file.endsWith('.parquet')) await copyFile(path.join(out, file), path.join(folder, file));
    for (const [, name, , sql] of round)
      await db.exec(
        `COPY (WITH t AS (SELECT * FROM ${table(name)}) ${sql}) TO '${path.join(folder, `${name}.parquet`)}'`,
      );
    const failed = (await checkOmop(folder, testContext())).filter((c) => !c.passed);
    const found = failed.map((c) => [c.check, c.table, c.column ?? '']);
    for (const [check, name, column] of round) expect(found).toContainEqual([check, name, column]);
  });

  it('misses a table, and refuses a folder without a CDM', async () => {
    const folder = path.join(work, 'few');
    await mkdir(folder);
    for (const name of ['person', 'observation_period', 'concept'])
      await copyFile(path.join(out, `${name}.csv`), path.join(folder, `${name}.csv`));
    const checks = await checkOmop(folder, testContext());
    expect(checks.filter((c) => c.check === 'cdmTable' && !c.passed).map((c) => c.table)).toContain(
      'measurement',
    );
    await expect(checkOmop(work, testContext())).rejects.toMatchObject({ code: 'NO_CDM' });
  });
});
