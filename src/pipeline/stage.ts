import type { RunContext } from '../runtime/index.js';

/** A completed stage: where its files lie and the hash of what they hold. */
export interface StageOutput {
  readonly stage: string;
  readonly folder: string;
  /** SHA-256 over the names and hashes of the stage's files; what later stages depend on. */
  readonly contentHash: string;
  /** Whether an earlier run had already made it. */
  readonly reused: boolean;
}

/** One step of a run (design §4.6). */
export interface Stage {
  /** Unique in the run, e.g. `features` or `fit-cart`. */
  readonly id: string;
  /** A few words for the progress display. */
  readonly title: string;
  /** Stages whose files it reads. */
  readonly needs: readonly string[];
  /** Everything else that its output depends on: options, seeds, hashes of outside files. Plain data (see `canonicalJson`). */
  readonly config: unknown;
  /** Source folders whose code makes the output (see `codeVersion`). */
  readonly code: readonly string[];
  /**
   * Fills `folder` with files. Its chance comes from `context.rng`, which is the run's stream split by the stage's id.
   * It must write nothing elsewhere and nothing that depends on the time or the number of workers.
   */
  readonly run: (
    folder: string,
    inputs: Readonly<Record<string, StageOutput>>,
    context: RunContext,
  ) => Promise<void>;
}
