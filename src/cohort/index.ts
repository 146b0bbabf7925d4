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
