export { cohort } from './export.js';
