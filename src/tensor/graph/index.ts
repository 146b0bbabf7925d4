export { Graph, Tensor } from './graph.js';
export type { Backward, NodeRequest, ValueType } from './graph.js';
export { gradients, stopGradient } from './gradients.js';
export type { ConstantData, Dim, DType } from './types.js';
