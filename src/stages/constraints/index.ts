export { applyConstraints, checkConstraints } from './apply.js';
export type { Applied, ConstraintCounts } from './apply.js';
export { compileConstraints, withoutUnreleased } from './compile.js';
export type { CompiledConstraint } from './compile.js';
export { constraintsDocumentSchema, parseConstraints } from './document.js';
export type { ConstraintsDocument, ConstraintsFile, DeclaredRelation, Test } from './document.js';
export { compileTest, passes } from './test.js';
export type { CompiledTest, TestProblem } from './test.js';
