import path from 'node:path';
import type { CohortWriter } from '../../cohort/index.js';
import { Rng } from '../../core/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Source } from '../types.js';
import { blockModule, layouts } from './block.js';
import { observed } from './measurements.js';
import type { CompiledReferenceHospital } from './options.js';
import { compileReferenceHospital } from './options.js';
import { parameters } from './parameters.js';

export { compileReferenceHospital } from './options.js';
export type { CompiledReferenceHospital, ReferenceHospitalOptions } from './options.js';

const patientsPerBlock = 200;

/**
 * Not a reader but a process of the project's own, for demonstrations and tests where no real records are at hand. Its
 * structure is known (README.md), its patients do not exist. Ignores the folder; `settings` are
 * {@link ReferenceHospitalOptions}.
 */
export const referenceHospital: Source = {
  id: 'reference-hospital',
  title: 'Reference hospital (simulated, not real patients)',

  // Made, not found: no folder looks like it.
  detect: () => Promise.resolve(false),

  async importInto(writer, _dir, options, context) {
    const compiled = compileReferenceHospital(options.settings);
    await drawPatients(writer.scratch, compiled, context);
    writer.remark(
      'These patients do not exist: they come from a simulated reference hospital with a known structure (source reference-hospital).',
    );
    await handOver(writer);
  },
};

async function drawPatients(
  folder: string,
  options: CompiledReferenceHospital,
  context: RunContext,
): Promise<void> {
  const key = Rng.create(`reference-hospital/${options.seed}`).key;
  const starts = Array.from(
    { length: Math.ceil(options.patients / patientsPerBlock) },
    (_, block) => 1 + block * patientsPerBlock,
  );
  const calls = starts.map((from) => ({
    module: blockModule,
    task: 'writeBlock',
    input: {
      key,
      hospitals: options.hospitals,
      from,
      to: Math.min(options.patients + 1, from + patientsPerBlock),
      folder,
    },
  }));
  const task = context.progress.task('Simulating the reference hospital', calls.length);
  await context.pool.map(calls, {
    signal: context.signal,
    onDone: () => {
      task.advance();
    },
  });
  task.done(`${options.patients} patients`);
}

async function handOver(writer: CohortWriter): Promise<void> {
  const from = (file: keyof typeof layouts): string => {
    const columns = Object.entries(layouts[file]).map(
      ([name, type]) => `${sqlString(name)}: ${sqlString(type)}`,
    );
    return `read_csv(${sqlString(path.join(writer.scratch, `${file}-*.csv`))}, auto_detect = false, header = false,
      delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${columns.join(', ')}})`;
  };
  const time = (column: string): string => `make_timestamp(${sqlName(column)} * 60000000)`;
  const admission = `concat('admission//', subject, '-', stay)`;
  await writer.addSubjects(
    `SELECT subject AS subject_id, concat('reference-', subject) AS source_id, ${time('birth')} AS birth_time,
      ${time('death')} AS death_time, sex, race, ethnicity, language, region, payer FROM ${from('subjects')}`,
  );
  await writer.addEncounters(
    `SELECT CASE class WHEN 'icu' THEN concat('icu//', subject, '-', stay) ELSE ${admission} END AS encounter_id,
      subject AS subject_id, CASE class WHEN 'icu' THEN ${admission} END AS parent_id, class, ${time('start')} AS "start",
      ${time('end')} AS "end", unit, CASE class WHEN 'inpatient' THEN admit_source END AS admit_source,
      CASE class WHEN 'inpatient' THEN disposition END AS discharge_disposition,
      concat('ICD10CM//', reason) AS reason_code, concat('reference-', hospital) AS hospital_id, admission_type,
      age AS age_years, died
    FROM ${from('stays')}`,
  );
  await writer.addEvents(
    'conditions',
    `SELECT subject AS subject_id, ${time('time')} AS time, 'condition' AS kind, concat('ICD10CM//', code) AS code,
      ${admission} AS encounter_id, concat('{"sequence":', sequence, '}') AS details, TRUE AS mapped FROM ${from('conditions')}`,
  );
  const analytes = observed.map((a, i) => `(${i}, ${sqlString(`LOINC//${a.loinc}`)}, ${sqlString(a.unit)})`);
  await writer.addEvents(
    'observations',
    `SELECT subject AS subject_id, ${time('time')} AS time, 'observation' AS kind, a.code, value AS numeric_value, a.unit,
      ${admission} AS encounter_id, TRUE AS mapped
    FROM ${from('observations')} o JOIN (VALUES ${analytes.join(', ')}) a(analyte, code, unit) USING (analyte)`,
  );
  const { diagnoses, conditions } = parameters;
  const codes = [...diagnoses.list, ...conditions.list].map(
    (c) => `(${sqlString(`ICD10CM//${c.code}`)}, ${sqlString(c.display)})`,
  );
  await writer.addCodes(`SELECT * FROM (VALUES ${codes.join(', ')}) c(code, display)`);
}
