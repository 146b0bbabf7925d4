export { applyBinning, binColumn, binCount, binningSchema, learnBinning } from './binning.js';
export type { BinnedColumn, Binning, BinOptions, NominalBinning, OrderedBinning } from './binning.js';
export { trainBoosting } from './boosting.js';
export type { BoostingPart, BoostingRequest } from './boosting.js';
export { BoostedTrees } from './model.js';
export type { BoostedTreesData } from './model.js';
export type { BoostingTarget } from './objective.js';
export { compileBoosting } from './options.js';
export type { BoostingOptions, CompiledBoosting } from './options.js';
