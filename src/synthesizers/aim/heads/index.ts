export { drawLabels, labelProbabilities } from './draw.js';
export { fitHeads } from './fit.js';
export type { HeadColumn, HeadModel, HeadRows, HeadsModel, HeadsRequest, HeadTerm } from './types.js';
