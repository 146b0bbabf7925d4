import type { Coding, PatientRecord } from '../../cohort/index.js';
import { subjectId, systemCode } from '../codes.js';
import type { CsvCell } from '../../core/index.js';
import { csvLine } from '../../core/index.js';
import type { FileText, FileTexts } from '../file-texts.js';
import { isoDate, sqlTime } from '../times.js';
import { cdmTable } from './cdm.js';

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

/** Names of the columns that hold a moment, by prefix. */
const momentColumns = new Map<string, readonly [date: string, datetime: string]>();

/** The row of one table that is being filled: cells by column, written as a line, and empty again. Columns that the table lacks are left out. */
export class TableRow {
  readonly #positions: ReadonlyMap<string, number>;
  readonly #cells: CsvCell[];
  readonly #file: FileText;

  constructor(table: OmopTable, texts: FileTexts) {
    const columns = stagedColumns(table);
    this.#positions = new Map(columns.map((name, i) => [name, i]));
    this.#cells = columns.map(() => null);
    this.#file = texts.file(stagedFile(table));
  }

  set(column: string, cell: CsvCell | undefined): this {
    const position = this.#positions.get(column);
    if (position !== undefined) this.#cells[position] = cell ?? null;
    return this;
  }

  setAll(cells: Cells): this {
    for (const column of Object.keys(cells)) this.set(column, cells[column]);
    return this;
  }

  /** Date and datetime of a moment under `<prefix>_date` and `<prefix>_datetime`. */
  moment(prefix: string, ms: number | null): this {
    if (ms === null) return this;
    let columns = momentColumns.get(prefix);
    if (columns === undefined)
      momentColumns.set(prefix, (columns = [`${prefix}_date`, `${prefix}_datetime`]));
    return this.set(columns[0], isoDate(ms)).set(columns[1], sqlTime(Math.floor(ms / 1000) * 1000));
  }

  /** Source value and the code that `finish` looks concepts up by. */
  coded(sourceColumn: string, codes: readonly Coding[]): this {
    const own = codes[0];
    return own === undefined ? this : this.set(sourceColumn, own.code).set('code', systemCode(own));
  }

  write(): void {
    this.#file.append(csvLine(this.#cells));
    this.#cells.fill(null);
  }
}

/** Collects rows of all tables. */
export class TableRows {
  readonly #texts: FileTexts;
  readonly #rows = new Map<OmopTable, TableRow>();

  constructor(texts: FileTexts) {
    this.#texts = texts;
  }

  /** The table's row, to be filled and written before the next one is asked for. */
  row(table: OmopTable): TableRow {
    let row = this.#rows.get(table);
    if (row === undefined) this.#rows.set(table, (row = new TableRow(table, this.#texts)));
    return row;
  }
}

/** Collects the rows of one record. */
export class RecordRows {
  readonly record: PatientRecord;
  readonly person: number;
  readonly #tables: TableRows;
  readonly #counts = new Map<PersonTable, number>();

  constructor(record: PatientRecord, tables: TableRows) {
    this.record = record;
    this.person = subjectId(record);
    this.#tables = tables;
  }

  /** Begins a row of a table of the person, with its number within the person, from 1 ({@link last}), and the person's. */
  begin(table: PersonTable): TableRow {
    const number = this.last(table) + 1;
    this.#counts.set(table, number);
    return this.#tables.row(table).set(keys[table], number).set('person_id', this.person);
  }

  /** The number of the row of a table that was begun last. */
  last(table: PersonTable): number {
    return this.#counts.get(table) ?? 0;
  }

  /** Begins a row of a table whose rows are not numbered within the person. */
  row(table: OmopTable): TableRow {
    return this.#tables.row(table);
  }

  /** How many rows each table has of the person. */
  countsLine(): string {
    return csvLine([this.person, ...personTables.map((table) => this.last(table))]);
  }
}

/** Columns of the numbers within the person. */
const keys = Object.fromEntries(personTables.map((table) => [table, `${table}_id`])) as Readonly<
  Record<PersonTable, string>
>;
