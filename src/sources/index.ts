import { eicu } from './eicu/index.js';
import { mimicIv } from './mimic-iv/index.js';
import type { Source } from './types.js';

export { importCohort } from './import.js';
export type { ImportOptions } from './import.js';
export type { Source, SourceOptions } from './types.js';

/** Every source that `anamnesis import` knows, in the order in which a folder is tried. */
export const sources: readonly Source[] = [mimicIv, eicu];
