export { checkOmop } from './check.js';
export type { OmopCheck } from './types.js';
