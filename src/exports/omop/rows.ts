import type { Coding, PatientRecord } from '../../cohort/index.js';
import { subjectId, systemCode } from '../codes.js';
import type { CsvCell } from '../../core/index.js';
import { csvLine } from '../../core/index.js';
import type { FileTexts } from '../file-texts.js';
import { isoDate, sqlTime } from '../times.js';
import { cdmTable, cdmTables } from './cdm.js';

/** Tables whose rows belong to one person and are numbered within the person until `finish` numbers them through. */
export const personTables = [
  'observation_period',
  'visit_occurrence',
  'visit_detail',
  'condition_occurrence',
  'drug_exposure',
  'procedure_occurrence',
  'measurement',
  'observation',
  'device_exposure',
  'note',
  'payer_plan_period',
  'cost',
] as const;
export type PersonTable = (typeof personTables)[number];
export type OmopTable =
  PersonTable | 'person' | 'death' | 'location' | 'care_site' | 'provider' | 'cdm_source';

/** Columns of a staged file beyond those of the CDM: `SYSTEM//code` of what the row is about, of its value, and of its unit. */
export const stagedExtras = ['code', 'value_code', 'unit_code'] as const;

export const stagedColumns = (table: OmopTable): readonly string[] => [
  ...cdmTable(table).columns.map((c) => c.name),
  ...stagedExtras,
];

/** Where the rows wait for `finish`. */
export const stagedFile = (name: string): string => `.staged/${name}.csv`;

/** Cells of a row by column; what is not named is empty. */
export type Cells = Readonly<Record<string, CsvCell | undefined>>;

const columns = new Map(cdmTables.map(({ name }) => [name, stagedColumns(name as OmopTable)]));

/** Collects the rows of one record. */
export class RecordRows {
  readonly record: PatientRecord;
  readonly person: number;
  readonly #texts: FileTexts;
  readonly #counts = new Map<PersonTable, number>();

  constructor(record: PatientRecord, texts: FileTexts) {
    this.record = record;
    this.person = subjectId(record);
    this.#texts = texts;
  }

  /** Adds a row to a table of the person and gives its number within the person, from 1. */
  add(table: PersonTable, cells: Cells): number {
    const number = (this.#counts.get(table) ?? 0) + 1;
    this.#counts.set(table, number);
    this.put(table, { [`${table}_id`]: number, person_id: this.person, ...cells });
    return number;
  }

  put(table: OmopTable, cells: Cells): void {
    this.#texts.append(stagedFile(table), csvLine(columns.get(table)!.map((name) => cells[name] ?? null)));
  }

  /** Writes how many rows each table has of the person. */
  close(): void {
    const counts = personTables.map((table) => this.#counts.get(table) ?? 0);
    this.#texts.append(stagedFile('counts'), csvLine([this.person, ...counts]));
  }
}

/** Date and datetime of a moment under `<prefix>_date` and `<prefix>_datetime`. */
export function moment(prefix: string, ms: number | null): Cells {
  if (ms === null) return {};
  return { [`${prefix}_date`]: isoDate(ms), [`${prefix}_datetime`]: sqlTime(Math.floor(ms / 1000) * 1000) };
}

/** Source value and the code that `finish` looks concepts up by. */
export function coded(prefix: string, codes: readonly Coding[]): Cells {
  const own = codes[0];
  if (own === undefined) return {};
  return { [`${prefix}_source_value`]: own.code, code: systemCode(own) };
}
