export type { Physionet2012Options } from './options.js';
export { physionet2012 } from './source.js';
