export { checkShape, didYouMean } from './problems.js';
export type { KeyPath, Problem } from './problems.js';
export { section } from './section.js';
export { suggest } from './suggest.js';
export { documentError, parseYaml, pathText } from './yaml.js';
export type { DocumentKind, YamlDocument } from './yaml.js';
