export { argn, FittedArgn } from './synthesizer.js';
export type { ArgnOptions } from './options.js';
