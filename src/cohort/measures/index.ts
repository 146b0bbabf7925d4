export { computeMeasures } from './compute.js';
export type { MeasureOptions, MeasureResult } from './compute.js';
export { qualityMeasures } from './definitions.js';
export type { MeasureDefinition } from './definitions.js';
