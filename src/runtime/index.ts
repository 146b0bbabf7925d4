export type { RunContext } from './context.js';
export { buildFolderAtomic, explainWriteError, sha256File, writeFileAtomic } from './files.js';
export { silentProgress } from './progress.js';
export type { Progress, ProgressTask } from './progress.js';
export { WorkerPool } from './workers.js';
export type { WorkerCall } from './workers.js';
