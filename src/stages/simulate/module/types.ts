import type { KeyPath } from '../../../core/index.js';
import type { StateDefinition } from './schema.js';

/** One thing that is wrong with a module, precise enough to find it. */
export interface Fault {
  /** `error`: the library is refused. `warning`: it runs, but the author should look. */
  readonly severity: 'error' | 'warning';
  /** Path inside the library's folder. */
  readonly file: string;
  /** Name of the state; null: the module as a whole. */
  readonly state: string | null;
  /** Keys inside the state (or the module). */
  readonly key: KeyPath;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string | undefined;
}

/** A lookup table: which rows fit a patient, and the probabilities of the next states there. */
export interface LookupTable {
  readonly name: string;
  /** Columns that are compared, in the file's order: `age`, `time` and names of attributes. */
  readonly keys: readonly string[];
  /** Columns that are states. */
  readonly states: readonly string[];
  readonly rows: readonly LookupRow[];
}

export interface LookupRow {
  /** Values of the attribute columns (without age and time), in the order of `keys`. */
  readonly attributes: readonly string[];
  /** Whole years, both ends included. */
  readonly age: readonly [number, number] | null;
  /** Milliseconds since 1970, both ends included. */
  readonly time: readonly [number, number] | null;
  readonly probabilities: readonly number[];
}

/** A module with all its states checked. */
export interface ModuleDefinition {
  /** Path inside the folder without `.json`, as CallSubmodule names it. */
  readonly path: string;
  readonly file: string;
  readonly name: string;
  readonly kind: 'module' | 'submodule';
  readonly states: ReadonlyMap<string, StateDefinition>;
  /** Names of states that could not be read: their faults are reported, nothing else is said of them. */
  readonly unread: ReadonlySet<string>;
  readonly remarks: readonly string[];
}

/** All modules of a folder, checked together. */
export interface ModuleLibrary {
  /** In order of path: also the order in which modules that are due at one time are visited. */
  readonly modules: ReadonlyMap<string, ModuleDefinition>;
  readonly tables: ReadonlyMap<string, LookupTable>;
  /** SHA-256 over all files, for fingerprints. */
  readonly hash: string;
  readonly warnings: readonly Fault[];
}
