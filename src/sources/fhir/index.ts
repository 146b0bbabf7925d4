export { fhir } from './source.js';
