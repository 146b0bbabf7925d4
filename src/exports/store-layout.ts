/** Columns of the staged files, as {@link finishStore} reads them: those of the store, and what SQL works out. */
export const stagedTables = {
  subjects: {
    subject_id: 'BIGINT',
    source_id: 'VARCHAR',
    birth_time: 'TIMESTAMP',
    death_time: 'TIMESTAMP',
    sex: 'VARCHAR',
    race: 'VARCHAR',
    ethnicity: 'VARCHAR',
    language: 'VARCHAR',
    region: 'VARCHAR',
    payer: 'VARCHAR',
  },
  encounters: {
    encounter_id: 'VARCHAR',
    subject_id: 'BIGINT',
    parent_id: 'VARCHAR',
    class: 'VARCHAR',
    start: 'TIMESTAMP',
    end: 'TIMESTAMP',
    unit: 'VARCHAR',
    admit_source: 'VARCHAR',
    discharge_disposition: 'VARCHAR',
    reason_code: 'VARCHAR',
    hospital_id: 'VARCHAR',
    admission_type: 'VARCHAR',
    age_years: 'DOUBLE',
    died: 'BOOLEAN',
  },
  events: {
    subject_id: 'BIGINT',
    time: 'TIMESTAMP',
    end_time: 'TIMESTAMP',
    kind: 'VARCHAR',
    code: 'VARCHAR',
    numeric_value: 'DOUBLE',
    text_value: 'VARCHAR',
    unit: 'VARCHAR',
    encounter_id: 'VARCHAR',
    details: 'VARCHAR',
  },
  notes: {
    note_id: 'VARCHAR',
    subject_id: 'BIGINT',
    encounter_id: 'VARCHAR',
    time: 'TIMESTAMP',
    type: 'VARCHAR',
    text: 'VARCHAR',
    provenance: 'VARCHAR',
  },
  codes: { code: 'VARCHAR', display: 'VARCHAR' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
export type StagedTable = keyof typeof stagedTables;

export const stagedNames = Object.keys(stagedTables) as StagedTable[];

/** Where a staged file lies until the store is built. */
export function stagedFile(table: StagedTable): string {
  return `.staged/${table}.csv`;
}
