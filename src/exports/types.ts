import type { Directory, PatientRecord } from '../cohort/index.js';
import type { RunContext } from '../runtime/index.js';

/** What an export may say about the run, for manifests and metadata. Nothing here depends on the machine or the hour. */
export interface RunFacts {
  /** `simulated` by rules, or what a later stage made of it. */
  readonly generation: 'process-driven' | 'data-driven';
  readonly seed: string;
  /** End of observation of the living, milliseconds since 1970 (UTC). */
  readonly endTime: number;
  /** Stands in `meta.lastUpdated`, `Provenance.recorded` and manifests: the run's own time, passed in. */
  readonly recordedTime: number;
  readonly generator: { readonly name: string; readonly version: string };
}

/** Bytes for one file. Chunks of one file are appended in the order of patients. */
export interface Chunk {
  /** Path inside the output folder, with `/`. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Turns records into bytes inside a worker thread. Pure: the same records give the same bytes, however they are cut into tasks. */
export interface RecordEncoder {
  add(record: PatientRecord): void;
  /** All bytes since the last call, one chunk a file, sorted by file; they hold until the next `add`. The encoder is empty afterwards. */
  take(): Chunk[];
}

/** An export with its options checked. */
export interface CompiledExport {
  /** Files that stand once beside the patients' (organizations, practitioners, headers of CSV files, vocabularies). */
  preamble(directory: Directory, facts: RunFacts): Chunk[];
  encoder(directory: Directory, facts: RunFacts): RecordEncoder;
  /**
   * Called once all chunks lie in `folder` (which takes its final name afterwards): sorts, converts to Parquet, writes manifests.
   * What it reads as input and no longer needs it removes.
   */
  finish?(folder: string, facts: RunFacts, context: RunContext): Promise<void>;
}

/** A format that whole patient records can be written in. */
export interface Export {
  /** Name on the command line, e.g. `fhir`, `omop`. */
  readonly id: string;
  readonly title: string;
  /**
   * Checks the options with a strict schema.
   * @throws UserError `BAD_OPTIONS` with every problem and its key.
   */
  compile(options: Readonly<Record<string, unknown>>): CompiledExport;
}
