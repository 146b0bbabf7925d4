/** One piece of long work, reported while it goes on. */
export interface ProgressTask {
  /** More units done since the last call. */
  advance(units?: number): void;
  /** A few words on the present step. */
  note(text: string): void;
  /** The work is complete. */
  done(summary?: string): void;
}

/** Where long work reports to; the command line draws bars, tests and libraries stay silent. */
export interface Progress {
  /** Starts a piece of work of `total` units (undefined when unknown). */
  task(label: string, total?: number): ProgressTask;
}

/** Reports nothing. */
export const silentProgress: Progress = {
  task: () => ({ advance: () => undefined, note: () => undefined, done: () => undefined }),
};
