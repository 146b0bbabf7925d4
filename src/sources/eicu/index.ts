export type { EicuOptions } from './options.js';
export { eicu } from './source.js';
