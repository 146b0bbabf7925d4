export { purposes } from './types.js';
export type { Curator, NoisySums, NoisyValues, PrivateChoice, PrivateKeys, Purpose, Touch } from './types.js';
export * from './attacks/index.js';
