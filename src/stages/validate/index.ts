export * from '../document.js';
export * from '../metric.js';
export { assembleReport } from './assemble.js';
export type { ReportParts } from './assemble.js';
export { refuseFindings } from './checks/findings.js';
export type { FeatureTiming } from './checks/leak.js';
export { compileValidation } from './options.js';
export type {
  CompiledValidation,
  PrivacyOptions,
  ValidationOptions,
  ValidationThresholds,
} from './options.js';
export { computeReference, referenceSchema } from './reference.js';
export type { Reference, ReferenceRequest } from './reference.js';
export { validateSynthetic } from './synthetic.js';
export type { ValidationRequest } from './synthetic.js';
export { evaluateTables } from './tables.js';
export type { TableNames, TablesRequest } from './tables.js';
