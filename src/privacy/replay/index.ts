export { assertNeighbourSafe } from './assert.js';
export type { Neighbour, NeighbourCheck, NeighbourReport } from './assert.js';
export { neighbourTables } from './neighbours.js';
export type { NeighbourOptions } from './neighbours.js';
