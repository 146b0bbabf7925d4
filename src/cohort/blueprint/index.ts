export type { CohortBlueprint } from './cohort-schema.js';
export { groupOf, groupings } from './groupings.js';
export type { Grouping } from './groupings.js';
export { parseBlueprint, sourceFormats } from './parse.js';
export type { Blueprint } from './parse.js';
export type { RowStep, TableBlueprint, TableRule, TableTask } from './table-schema.js';
