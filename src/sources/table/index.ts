export { buildTableFeatures } from './build.js';
