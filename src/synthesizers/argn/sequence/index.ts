export type { ArgnSequenceOptions } from './options.js';
export { joinSequences, splitSequences } from './sequences.js';
export type { SequenceColumns, Sequences } from './sequences.js';
export { argnSequences, FittedArgnSequences } from './synthesizer.js';
