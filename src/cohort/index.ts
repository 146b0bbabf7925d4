export {
  codeColumns,
  encounterColumns,
  eventColumns,
  eventKinds,
  noteColumns,
  sexes,
  subjectColumns,
} from './store/columns.js';
export type { ColumnTypes, EventKind } from './store/columns.js';
export { importReportSchema, manifestName, manifestSchema, schemaVersion } from './store/manifest.js';
export type { CohortFile, CohortManifest, ImportReport, TableReport } from './store/manifest.js';
export type { CohortWriter } from './store/types.js';
export { analytes, analyteSources, unitSpellings } from './vocabulary/analytes.js';
export type { Analyte, AnalyteSource } from './vocabulary/analytes.js';
export { unitConversions } from './vocabulary/conversions.js';
export type { UnitConversion } from './vocabulary/conversions.js';
export { formatIcd10, sqlBareIcd9, sqlFormatIcd10, sqlFormatIcd9 } from './vocabulary/icd.js';
export { registerVocabularies } from './vocabulary/register.js';
export type { RegisteredVocabularies, VocabularyOptions } from './vocabulary/register.js';
