export * from './elementwise.js';
export { affine, matmul } from './matmul.js';
export { expandDims, expandLike, mean, sum, sumTo } from './reduce.js';
export { argmax, gatherRows, logSoftmax, oneHot, pick, scatterRows, softmax } from './select.js';
export { concat, reshape, reshapeLike, shapeOf, slice, split, transpose } from './shape.js';
