export { csv } from './export.js';
