export * from './graph/index.js';
export * from './layers/index.js';
export * from './ops/index.js';
export * from './run/index.js';
export * from './train/index.js';
