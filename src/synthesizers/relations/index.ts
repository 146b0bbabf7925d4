export { findRelations } from './find.js';
export type { FindOptions } from './find.js';
export { relationText, sourcesOf } from './model.js';
export type { Relation, Relations } from './model.js';
export { fitWithRelations, loadWithRelations } from './synthesizer.js';
export type { RelatedModel } from './synthesizer.js';
