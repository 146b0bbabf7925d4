export { mimicIv } from './source.js';
