import type { PatientRecord } from '../cohort/index.js';
import { subjectId, systemCode } from './codes.js';
import type { CsvCell } from '../core/index.js';
import { sqlTime } from './times.js';
import type { Directory } from '../cohort/index.js';

/** Names of the store, as the importers of real records write them. */
const raceNames: Readonly<Record<PatientRecord['person']['race'], string>> = {
  white: 'white',
  black: 'black',
  asian: 'asian',
  native: 'american indian or alaska native',
  hawaiian: 'native hawaiian or pacific islander',
  other: 'other',
};
const ethnicityNames = { hispanic: 'hispanic or latino', nonhispanic: 'not hispanic or latino' } as const;

/** SNOMED CT 8715000, hospital admission, elective: the admissions that count as planned (readmission labels). */
const electiveAdmission = '8715000';

const yearMs = 365.25 * 86_400_000;

export function subjectRow(record: PatientRecord, directory: Directory): CsvCell[] {
  const { person } = record;
  const payer = directory.payers[record.coverages.at(-1)?.payer ?? -1];
  return [
    subjectId(record),
    person.id,
    sqlTime(person.birthTime),
    person.deathTime === null ? null : sqlTime(person.deathTime),
    person.sex,
    raceNames[person.race],
    ethnicityNames[person.ethnicity],
    person.language,
    person.address.state,
    payer?.name.toLowerCase() ?? null,
  ];
}

/** Encounters; an ICU stay has its admission as parent. `died`: the patient died before the encounter ended. */
export function encounterRows(record: PatientRecord, directory: Directory): CsvCell[][] {
  const { birthTime, deathTime } = record.person;
  return record.encounters.map((encounter) => {
    const code = encounter.codes[0];
    const { start, end } = encounter;
    const died = deathTime !== null && deathTime >= start && (end === null || deathTime <= end);
    return [
      encounter.id,
      subjectId(record),
      encounter.parent === null ? null : (record.encounters[encounter.parent]?.id ?? null),
      encounter.class,
      sqlTime(encounter.start),
      encounter.end === null ? null : sqlTime(encounter.end),
      encounter.class === 'icu' ? (code?.display ?? null) : null,
      encounter.admitSource?.code ?? null,
      encounter.dischargeDisposition?.code ?? null,
      encounter.reason === null ? null : systemCode(encounter.reason.code),
      directory.organizations[encounter.organization]?.id ?? null,
      code?.code === electiveAdmission ? 'elective' : (code?.display ?? null),
      (encounter.start - birthTime) / yearMs,
      // Who is still there, and alive, may yet die in hospital.
      end === null && !died ? null : String(died),
    ];
  });
}
