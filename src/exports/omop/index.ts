export { omop } from './export.js';
export { checkOmop } from './checks/index.js';
export type { OmopCheck } from './checks/index.js';
