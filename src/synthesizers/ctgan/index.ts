export { ctgan } from './synthesizer.js';
export type { CtganOptions } from './options.js';
