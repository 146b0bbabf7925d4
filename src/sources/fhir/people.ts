import type { CsvCell } from '../../core/index.js';
import { codingsOf, idOf, storeCode, timeOf } from './codes.js';
import type { Encounter, Patient } from './shapes.js';

/** OMB categories of race (CDC Race and Ethnicity code system) in the words of the store. */
const races: Readonly<Record<string, string>> = {
  '2106-3': 'white',
  '2054-5': 'black',
  '2028-9': 'asian',
  '1002-5': 'american indian or alaska native',
  '2076-8': 'native hawaiian or pacific islander',
  '2131-1': 'other',
};
const ethnicities: Readonly<Record<string, string>> = {
  '2135-2': 'hispanic or latino',
  '2186-5': 'not hispanic or latino',
};

/** Classes of the store by HL7 v3 ActEncounterCode. */
const classes: Readonly<Record<string, string>> = {
  AMB: 'ambulatory',
  EMER: 'emergency',
  IMP: 'inpatient',
  ACUTE: 'inpatient',
  NONAC: 'inpatient',
  OBSENC: 'observation',
  SS: 'outpatient',
  VR: 'virtual',
  HH: 'home',
  FLD: 'home',
};
/** SNOMED CT: admission to intensive care unit. */
const icuTypes = new Set(['305351004']);
const electiveAdmission = '8715000';

/** source_id, birth_time, death_time, sex, race, ethnicity, language, region */
export function patientCells(patient: Patient): CsvCell[] {
  const omb = (url: string): string | undefined =>
    patient.extension?.find((e) => e.url.endsWith(url))?.extension?.find((e) => e.url === 'ombCategory')
      ?.valueCoding?.code;
  const sex = patient.gender;
  return [
    patient.id,
    timeOf(birthTime(patient) ?? patient.birthDate),
    timeOf(patient.deceasedDateTime),
    sex === 'female' || sex === 'male' || sex === 'other' ? sex : null,
    races[omb('us-core-race') ?? ''] ?? null,
    ethnicities[omb('us-core-ethnicity') ?? ''] ?? null,
    patient.communication?.[0]?.language?.coding?.[0]?.code?.toLowerCase() ?? null,
    patient.address?.[0]?.state ?? null,
  ];
}

/** The time of birth, where the extension patient-birthTime tells it. */
function birthTime(patient: Patient): string | undefined {
  return patient._birthDate?.extension?.find((e) => e.url.endsWith('patient-birthTime'))?.valueDateTime;
}

/** encounter_id, patient, parent_id, class, start, end, unit, admit_source, discharge_disposition, reason_code, hospital_id, admission_type, reject, reason (id of the condition) */
export function encounterCells(encounter: Encounter): CsvCell[] {
  const type = codingsOf(encounter.type?.[0])[0];
  const reason = codingsOf(encounter.reasonCode?.[0])[0];
  const parent = idOf(encounter.partOf?.reference) ?? null;
  const icu = parent !== null && type !== undefined && icuTypes.has(type.code);
  const { admitSource, dischargeDisposition } = encounter.hospitalization ?? {};
  return [
    encounter.id,
    idOf(encounter.subject?.reference) ?? null,
    parent,
    icu ? 'icu' : (classes[encounter.class?.code ?? ''] ?? 'ambulatory'),
    timeOf(encounter.period?.start),
    timeOf(encounter.period?.end),
    icu ? (type.display ?? null) : null,
    codingsOf(admitSource)[0]?.code ?? null,
    codingsOf(dischargeDisposition)[0]?.code ?? null,
    reason === undefined ? null : storeCode(reason),
    idOf(encounter.serviceProvider?.reference) ?? null,
    type?.code === electiveAdmission ? 'elective' : (type?.display ?? null),
    encounter.status === 'entered-in-error' || encounter.status === 'cancelled'
      ? `status ${encounter.status}`
      : null,
    idOf(encounter.reasonReference?.[0]?.reference) ?? null,
  ];
}
