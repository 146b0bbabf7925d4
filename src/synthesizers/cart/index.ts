export { cart } from './synthesizer.js';
export type { CartOptions } from './options.js';
