export type { ReleasedColumn } from './column.js';
export { readIntoDomain } from './fit-domain.js';
export { checkShare, releaseSchema } from './release.js';
export type { ReleaseRequest, TextColumn } from './release.js';
