export { attributeOf } from './attributes.js';
export { staticWindow } from './cohort-schema.js';
export type {
  Aggregate,
  AttributeFeature,
  CodeEntry,
  CodeFeature,
  CohortBlueprint,
  EncounterFeature,
  EventGroup,
} from './cohort-schema.js';
export { eventColumn, keyColumns, labelColumn, taskId } from './columns.js';
export { groupOf } from './groupings.js';
export type { Grouping } from './groupings.js';
export { parseBlueprint } from './parse.js';
export type { Blueprint } from './parse.js';
export { parseSimulation } from './parse-simulation.js';
export type { SimulationPlan } from './parse-simulation.js';
export type { SimulationSection } from './simulation-schema.js';
export type { RowStep, TableBlueprint, TableRule, TableTask } from './table-schema.js';
