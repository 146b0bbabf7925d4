export type { Chunk, CompiledExport, Export, RecordEncoder, RunFacts } from './types.js';
