export { imperfect } from './imperfect.js';
export { compileImperfection } from './options.js';
export type { CompiledImperfection, ImperfectionOptions } from './options.js';
