export { aim } from './synthesizer.js';
export type { AimOptions } from './options.js';
