export * from './attacks/index.js';
export { accountantIds } from './accountants/index.js';
export type { AccountantId } from './accountants/index.js';
export { createCurator } from './curator.js';
export { injectedNoise, secureNoise } from './mechanisms/noise.js';
export type { NoiseSource } from './mechanisms/noise.js';
export { compileCurator } from './options.js';
export type { CompiledCurator, CuratorOptions } from './options.js';
export { purposes } from './types.js';
export type {
  Curator,
  LedgerEntry,
  NoisySums,
  NoisyValues,
  PrivacyReceipt,
  PrivateChoice,
  PrivateKeys,
  Purpose,
  Touch,
} from './types.js';
