export { createReweight } from './synthesizer.js';
export type { FittedReweight, ReweightSynthesizer } from './synthesizer.js';
export type { UnmatchedTable } from './model.js';
export type { ReweightOptions } from './options.js';
