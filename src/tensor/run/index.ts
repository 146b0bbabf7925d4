export { providers, Session, value } from './session.js';
export type { Provider, RunOptions, Value } from './session.js';
