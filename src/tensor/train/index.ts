export type { AdamOptions } from './adam.js';
export { clipNorm, clippedSum } from './clipped.js';
export type { Clipped, ClippedRequest } from './clipped.js';
export { constantRate, cosineRate, linearRate, lookAtPlateau, startPlateau } from './schedule.js';
export type { PlateauOptions, PlateauState, Schedule } from './schedule.js';
export { Trainer } from './trainer.js';
export type { Objective, TrainerOptions, TrainerState } from './trainer.js';
