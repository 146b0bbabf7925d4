export { recordArbitrary } from './arbitrary.js';
export { fixtureFacts, makeRecord, makeRecords, runEnd } from './make.js';
export type { RecordRecipe } from './make.js';
