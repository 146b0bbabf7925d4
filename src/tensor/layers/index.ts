export { selfAttention } from './attention.js';
export { dropout, dropoutNoise } from './dropout.js';
export { embedding } from './embedding.js';
export { freeze, networkSize, thaw } from './frozen.js';
export type { FrozenNetwork, OpenNetwork } from './frozen.js';
export { gumbelOf, gumbelSoftmax, uniformNoise } from './gumbel.js';
export { fanIn, glorot, normal, ones, uniform, values, zeros } from './init.js';
export type { Init } from './init.js';
export { linear } from './linear.js';
export {
  binaryCrossEntropy,
  crossEntropy,
  gradientPenalty,
  groupedCrossEntropy,
  normalDivergence,
  squaredError,
} from './losses.js';
export { batchNorm, layerNorm } from './normalise.js';
export { Parameters } from './parameters.js';
export type { ParameterPlace } from './parameters.js';
export { gru, lstm } from './recurrent.js';
export type { Site } from './site.js';
