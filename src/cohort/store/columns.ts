/** DuckDB types of the columns of a cohort store, schema version 1 (docs/architecture.md). TIMESTAMP is UTC without zone. */
export type ColumnTypes = Readonly<Record<string, string>>;

export const subjectColumns = {
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
} as const satisfies ColumnTypes;

export const encounterColumns = {
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
} as const satisfies ColumnTypes;

export const eventColumns = {
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
} as const satisfies ColumnTypes;

export const noteColumns = {
  note_id: 'VARCHAR',
  subject_id: 'BIGINT',
  encounter_id: 'VARCHAR',
  time: 'TIMESTAMP',
  type: 'VARCHAR',
  text: 'VARCHAR',
  provenance: 'VARCHAR',
} as const satisfies ColumnTypes;

export const codeColumns = {
  code: 'VARCHAR',
  system: 'VARCHAR',
  display: 'VARCHAR',
  parents: 'VARCHAR',
} as const satisfies ColumnTypes;

/** What an event can be. */
export const eventKinds = [
  'condition',
  'observation',
  'medication',
  'procedure',
  'immunization',
  'allergy',
  'imaging',
  'device',
  'careplan',
  'report',
] as const;

/** FHIR administrative gender, as far as sources know it. */
export const sexes = ['female', 'male', 'other'] as const;
