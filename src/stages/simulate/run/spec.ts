import type { CompiledPopulation, ModulesBeside } from '../life/index.js';
import type { CompiledImperfection } from '../imperfect/index.js';
import type { RunFacts } from '../../../exports/index.js';
import type { IndexAdmission } from '../engine/index-admission.js';
import type { StayData } from '../stay/index.js';

/** A format to write, with its own options. */
export interface WantedFormat {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Everything that a worker needs to live any patient of a run: plain data. */
export interface RunSpec {
  /** The same for all tasks of a run: what a worker has compiled for it is kept under this name. */
  readonly key: string;
  /** The checked modules, serialised on shared memory. */
  readonly library: Uint8Array;
  readonly population: CompiledPopulation;
  readonly seedKey: string;
  readonly modulesBeside: ModulesBeside;
  readonly stepMs: number;
  readonly physiology: boolean;
  /** Milliseconds before the end that are written; null: whole lives. */
  readonly windowMs: number | null;
  /** Only people who live at the end. */
  readonly alive: boolean;
  readonly only: string | null;
  /** Each patient has an admission between two times, by one of these modules; null: whole lives as they come. */
  readonly admission: {
    readonly from: number;
    readonly to: number;
    /** Path, and factor of its hazards. */
    readonly modules: readonly (readonly [string, number])[];
    readonly healthy: IndexAdmission['healthy'];
  } | null;
  /** What all stays in hospital share, where numbers are overridden; null: the data that come with Anamnesis. */
  readonly stay: StayData | null;
  /** Lives that are tried for one patient before giving up. */
  readonly mostTries: number;
  readonly formats: readonly WantedFormat[];
  readonly truth: boolean;
  /** What is made wrong with the records before they are written; null: nothing. */
  readonly imperfection: CompiledImperfection | null;
  /** Id of the one patient that is to be made, where it was asked for by id. */
  readonly expectedId: string | null;
  readonly facts: RunFacts;
}
