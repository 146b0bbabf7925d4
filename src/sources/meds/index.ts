export { meds } from './source.js';
