import type { CohortWriter } from '../cohort/index.js';
import type { RunContext } from '../runtime/index.js';

/** What every source is given beside its folder. */
export interface SourceOptions {
  /** Folder with open data and vocabularies (`vocab/icd_cm_9_to_10.csv.gz`, …); undefined where there is none. */
  readonly dataRoot?: string | undefined;
  /** The source's own settings; each source checks them with a strict schema. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A kind of real records that can be brought into a cohort store. */
export interface Source {
  /** Name on the command line, in blueprints and in `cohort.json`, e.g. `mimic-iv`. */
  readonly id: string;
  readonly title: string;
  /** Whether the folder (or file) looks like this source. Reads names and headers only. */
  detect(dir: string): Promise<boolean>;
  /** Files and folders beside `dir` whose content the import also depends on (stand-ins). Default: none. */
  besides?(dir: string, options: SourceOptions): Promise<readonly string[]>;
  /**
   * Hands the source's rows to the writer.
   * @throws DataError naming file and column for missing tables, missing columns and damaged files; UserError `BAD_OPTIONS` for settings.
   */
  importInto(writer: CohortWriter, dir: string, options: SourceOptions, context: RunContext): Promise<void>;
}
