export {
  AnamnesisError,
  DataError,
  exitCodeOf,
  InternalError,
  InterruptedError,
  PrivacyError,
  throwIfAborted,
  UserError,
} from './errors.js';
export type { ErrorDetails, ErrorKind } from './errors.js';
export { csvLine } from './csv-text.js';
export type { CsvCell } from './csv-text.js';
export { fixedClock, systemClock } from './clock.js';
export type { Clock } from './clock.js';
export { canonicalJson, fingerprint, sha256 } from './fingerprint.js';
export type { Json } from './fingerprint.js';
export { Rng } from './rng.js';
export { sha256Words } from './sha256.js';
export { conversion, convert, isConvertible } from './units.js';
export type { Linear, Substance } from './units.js';
export {
  checkShape,
  didYouMean,
  documentError,
  parseYaml,
  pathText,
  section,
  suggest,
} from './document/index.js';
export type { DocumentKind, KeyPath, Problem, YamlDocument } from './document/index.js';
