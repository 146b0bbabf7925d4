export * from './record/index.js';
export type { CohortFile, CohortManifest, ImportReport, TableReport } from './store/manifest.js';
export {
  codeColumns,
  encounterColumns,
  eventColumns,
  eventKinds,
  noteColumns,
  subjectColumns,
} from './store/columns.js';
export type { CohortWriter } from './store/types.js';
export { computeMeasures, qualityMeasures } from './measures/index.js';
export type { MeasureDefinition, MeasureOptions, MeasureResult } from './measures/index.js';
export { analytes } from './vocabulary/analytes.js';
export type { Analyte, AnalyteSource } from './vocabulary/analytes.js';
export { unitConversions } from './vocabulary/conversions.js';
export type { UnitConversion } from './vocabulary/conversions.js';
export { formatIcd10, sqlBareIcd9, sqlFormatIcd10, sqlFormatIcd9 } from './vocabulary/icd.js';
export { snomedMappings } from './vocabulary/snomed-icd10.js';
export type { SnomedMapping } from './vocabulary/snomed-icd10.js';
export { registerVocabularies, vocabularyFiles } from './vocabulary/register.js';
export type { RegisteredVocabularies, VocabularyOptions } from './vocabulary/register.js';
export { buildCohort } from './store/build.js';
export type { BuildCohortOptions } from './store/build.js';
export { histories } from './store/histories.js';
export type { CohortEvent, History } from './store/histories.js';
export { CohortStore } from './store/open.js';
export type { StoreProblem } from './store/open.js';
export { assertDisjoint } from './split/disjoint.js';
export { compileSplit } from './split/options.js';
export type { CompiledSplit, SplitOptions } from './split/options.js';
export { splitRows } from './split/split.js';
export type { SplitInput, SplitRows, SubjectKey } from './split/split.js';
export { groupOf, parseBlueprint, parseSimulation } from './blueprint/index.js';
export type {
  Blueprint,
  CohortBlueprint,
  Grouping,
  RowStep,
  SimulationPlan,
  SimulationSection,
  TableBlueprint,
  TableRule,
  TableTask,
} from './blueprint/index.js';
export type { CohortStep, Task } from './features/task.js';
export { buildFeatures } from './features/build.js';
export type { BuildFeaturesOptions, FeatureFacts, FeatureTable } from './features/build.js';
export { compileBlueprint } from './features/compile.js';
export { binaryColumn, grouped, mergeRare, topClasses } from './features/finish.js';
export type { TrainMask } from './features/finish.js';
export { noTimeBetweenAdmissions } from './features/label-sql.js';
export type { LabelFacts } from './features/labels.js';
export type { CompiledBlueprint } from './features/plan.js';
