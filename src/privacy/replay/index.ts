export { assertNeighbourSafe } from './assert.js';
export type { Neighbour, NeighbourCheck, NeighbourReport } from './assert.js';
export { neighbourTables } from './neighbours.js';
export type { NeighbourOptions } from './neighbours.js';
export { recordingCurator } from './recording.js';
export type { Recording } from './recording.js';
export { replayCurator } from './replaying.js';
export type { Replay } from './replaying.js';
