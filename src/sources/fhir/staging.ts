import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { CsvCell } from '../../core/index.js';
import { csvLine } from '../../core/index.js';
import { sqlString } from '../../duckdb/index.js';

/** Columns of the staged files, with their DuckDB types. */
const tables = {
  subjects:
    'source_id VARCHAR, birth_time TIMESTAMP, death_time TIMESTAMP, sex VARCHAR, race VARCHAR, ethnicity VARCHAR, language VARCHAR, region VARCHAR',
  encounters:
    'encounter_id VARCHAR, patient VARCHAR, parent_id VARCHAR, class VARCHAR, start TIMESTAMP, end TIMESTAMP, unit VARCHAR, admit_source VARCHAR, discharge_disposition VARCHAR, reason_code VARCHAR, hospital_id VARCHAR, admission_type VARCHAR, reject VARCHAR, reason VARCHAR',
  events:
    'patient VARCHAR, time TIMESTAMP, end_time TIMESTAMP, kind VARCHAR, code VARCHAR, numeric_value DOUBLE, text_value VARCHAR, unit VARCHAR, encounter_id VARCHAR, details VARCHAR, reject VARCHAR, resource VARCHAR, carries_out VARCHAR',
  uses: 'device VARCHAR, start TIMESTAMP, end TIMESTAMP',
  notes: 'note_id VARCHAR, patient VARCHAR, encounter_id VARCHAR, time TIMESTAMP, type VARCHAR, text VARCHAR',
  codes: 'code VARCHAR, display VARCHAR',
} as const;
type StagedTable = keyof typeof tables;
const names = Object.keys(tables) as StagedTable[];

/** Text that is collected before it is written. */
const flushAt = 1 << 20;

/** CSV files in a scratch folder, filled row by row. */
export class Staging {
  readonly #folder: string;
  readonly #handles: Readonly<Record<StagedTable, FileHandle>>;
  readonly #texts: Record<StagedTable, string> = {
    subjects: '',
    encounters: '',
    events: '',
    uses: '',
    notes: '',
    codes: '',
  };

  private constructor(folder: string, handles: Readonly<Record<StagedTable, FileHandle>>) {
    this.#folder = folder;
    this.#handles = handles;
  }

  static async create(folder: string): Promise<Staging> {
    const handle = (name: StagedTable): Promise<FileHandle> => open(path.join(folder, `${name}.csv`), 'w');
    return new Staging(folder, {
      subjects: await handle('subjects'),
      encounters: await handle('encounters'),
      events: await handle('events'),
      uses: await handle('uses'),
      notes: await handle('notes'),
      codes: await handle('codes'),
    });
  }

  add(table: StagedTable, cells: readonly CsvCell[]): void {
    this.#texts[table] += csvLine(cells);
  }

  /** Writes what has been collected, if it is much or at the end. */
  async flush(always = false): Promise<void> {
    for (const name of names) {
      if (this.#texts[name].length < (always ? 1 : flushAt)) continue;
      await this.#handles[name].write(this.#texts[name]);
      this.#texts[name] = '';
    }
  }

  async close(): Promise<void> {
    await this.flush(true);
    for (const name of names) await this.#handles[name].close();
  }

  /** A staged file as a relation. */
  relation(table: StagedTable): string {
    const columns = tables[table].split(', ').map((column) => column.split(' ').map(sqlString).join(': '));
    return `read_csv(${sqlString(path.join(this.#folder, `${table}.csv`))}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
      nullstr = '', max_line_size = 20000000, columns = {${columns.join(', ')}})`;
  }
}
