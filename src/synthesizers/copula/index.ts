export { copula } from './synthesizer.js';
export type { CopulaOptions } from './options.js';
