export * from './attacks/index.js';
export { accountantIds } from './accountants/index.js';
export type { AccountantId } from './accountants/index.js';
export { auditEpsilon } from './audit/epsilon.js';
export type { AuditResult, AuditRuns } from './audit/epsilon.js';
export { capRows } from './cap-rows.js';
export type { CappedRows } from './cap-rows.js';
export { createCurator } from './curator.js';
export { injectedNoise, secureNoise } from './mechanisms/noise.js';
export type { NoiseSource } from './mechanisms/noise.js';
export { SUM_ROOM } from './mechanisms/training.js';
export { compileCurator } from './options.js';
export type { CompiledCurator, CuratorOptions } from './options.js';
export { assertNeighbourSafe, neighbourTables } from './replay/index.js';
export type { Neighbour, NeighbourCheck, NeighbourOptions, NeighbourReport } from './replay/index.js';
export { mechanisms, purposes } from './types.js';
export type {
  Curator,
  LedgerEntry,
  NoisySums,
  NoisyValues,
  PrivacyReceipt,
  PrivateChoice,
  PrivateKeys,
  PrivateTraining,
  Purpose,
  Touch,
  TrainingSteps,
} from './types.js';
export { checkShare, readIntoDomain, releaseSchema } from './release/index.js';
export type { ReleasedColumn, ReleaseRequest, TextColumn } from './release/index.js';
