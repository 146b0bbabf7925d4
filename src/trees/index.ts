export { applyBinning, binColumn, binCount, binningSchema, learnBinning, MAX_BINS } from './binning.js';
export type { BinnedColumn, Binning, BinOptions, NominalBinning, OrderedBinning } from './binning.js';
