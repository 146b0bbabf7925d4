/** The public surface of the package. */
export * from './core/index.js';
export { silentProgress, WorkerPool } from './runtime/index.js';
export type { Progress, ProgressTask, RunContext } from './runtime/index.js';
export { columnKinds, columnRoles, Table, tableFromRows } from './table/index.js';
export type { Cell, Column, ColumnSchema, Row } from './table/index.js';
export { CohortStore, parseBlueprint } from './cohort/index.js';
export type { Blueprint, CohortManifest } from './cohort/index.js';
export {
  absentReasons,
  codeSystems,
  encounterClasses,
  observationCategories,
  races,
} from './cohort/index.js';
export type { Directory, PatientRecord } from './cohort/index.js';
export { checkOmop, exportById, exportFormats } from './exports/index.js';
export type { CompiledExport, Export, OmopCheck, RecordEncoder, RunFacts } from './exports/index.js';
export { importCohort, sourceById, sources } from './sources/index.js';
export type { Source } from './sources/index.js';
export { createCurator } from './privacy/index.js';
export type { Curator, PrivacyReceipt } from './privacy/index.js';
export {
  argnSequences,
  createReweight,
  joinSequences,
  splitSequences,
  synthesizerById,
  synthesizers,
} from './synthesizers/index.js';
export type { FittedSynthesizer, SequenceColumns, Sequences, Synthesizer } from './synthesizers/index.js';
export {
  checkModules,
  compileLibrary,
  compilePrograms,
  lifeWorld,
  readModuleFiles,
  Simulator,
  weekMs,
} from './stages/simulate/index.js';
export type { CompileOptions, ModuleLibrary, SimulatorOptions, World } from './stages/simulate/index.js';
export { renderReport, renderSummary } from './stages/report/index.js';
export type { Metric, Report } from './stages/validate/index.js';
export { describeTable, evaluateTable, fitTable, sampleTable } from './pipeline/index.js';
export { loadBlueprint, readyBlueprints, runBlueprint, validateFile } from './pipeline/index.js';
export type { RunRequest, RunResult } from './pipeline/index.js';
