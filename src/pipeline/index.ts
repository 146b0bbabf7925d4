export { orderStages, runStages } from './runner.js';
export type { StageEvent } from './runner.js';
export type { Stage, StageOutput } from './stage.js';
