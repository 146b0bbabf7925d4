export { meds } from './export.js';
