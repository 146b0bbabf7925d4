export { syntheaCsv } from './source.js';
