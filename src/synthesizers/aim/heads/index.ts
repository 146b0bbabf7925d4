export type { HeadColumn, HeadModel, HeadRows, HeadsModel, HeadsRequest, HeadTerm } from './types.js';
