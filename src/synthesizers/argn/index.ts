export { argn, FittedArgn } from './synthesizer.js';
export type { ArgnOptions } from './options.js';
export { argnSequences, joinSequences, splitSequences } from './sequence/index.js';
export type { SequenceColumns, Sequences } from './sequence/index.js';
