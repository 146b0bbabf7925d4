export { tvae } from './synthesizer.js';
export type { TvaeOptions } from './options.js';
