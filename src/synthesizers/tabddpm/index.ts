export { tabddpm } from './synthesizer.js';
export type { TabddpmOptions } from './options.js';
