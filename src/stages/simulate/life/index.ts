export { labFacts } from './body/labs.js';
export { derivedAttribute, isVitalSign, vitalFacts, vitalSign, vitalSigns } from './body/vital-sign.js';
export type { SignFacts, VitalSign } from './body/vital-sign.js';
export { encounterCost, itemCost, medicationCost, procedureCost } from './care/costs.js';
export { coverageTimeline, payerGroupOf } from './care/coverage.js';
export type { CoverageSpan } from './care/coverage.js';
export { buildDirectory } from './care/directory.js';
export type { LifeDirectory } from './care/directory.js';
export { dueImmunizations } from './care/immunizations.js';
export type { DueImmunization, ImmunizationHistory } from './care/immunizations.js';
export { uuid } from './care/uuid.js';
export { nextWellness } from './care/wellness.js';
export { drawLifeCourse } from './course.js';
export type { LifeCourse, MaritalChange } from './course.js';
export { baselineDeath } from './death.js';
export type { ModulesBeside } from './death.js';
export { icd10For } from './icd10.js';
export { finishPerson, firstMrn, initialAttributes } from './person.js';
export type { LifeEnd } from './person.js';
export { drawPerson } from './population/draw.js';
export { populationLike } from './population/like.js';
export type { DemographicCell } from './population/like.js';
export { compilePopulation } from './population/options.js';
export type { CompiledPopulation, PopulationCell, PopulationOptions } from './population/options.js';
export { payerGroups } from './types.js';
export type {
  AttributeChange,
  Attributes,
  AttributeValue,
  PayerGroup,
  PersonDraft,
  Traits,
} from './types.js';
