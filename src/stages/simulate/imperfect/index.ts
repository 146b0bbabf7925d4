export { imperfect } from './imperfect.js';
export { compileImperfection, dirtyKinds, mechanisms } from './options.js';
export type { CompiledImperfection, ImperfectionOptions, UncheckedImperfection } from './options.js';
