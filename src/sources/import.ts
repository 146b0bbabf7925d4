import type { CohortManifest } from '../cohort/index.js';
import { buildCohort, registerVocabularies } from '../cohort/index.js';
import type { Json } from '../core/index.js';
import type { RunContext } from '../runtime/index.js';
import type { Source, SourceOptions } from './types.js';

/** What {@link importCohort} is told. */
export interface ImportOptions extends SourceOptions {
  /** Memory that queries may take before they spill, in MiB. Default 768. */
  readonly memoryLimitMiB?: number;
  /** Events that a shard may hold. Default 2,000,000. */
  readonly rowsPerShard?: number;
}

/**
 * Brings a source's records into a cohort store at `target`, which appears as a whole or not at all.
 * @throws what the source and {@link buildCohort} throw.
 */
export async function importCohort(
  from: { readonly source: Source; readonly dir: string },
  target: string,
  options: ImportOptions,
  context: RunContext,
): Promise<CohortManifest> {
  const { source, dir } = from;
  const build = {
    source,
    options: (options.settings ?? {}) as Readonly<Record<string, Json>>,
    ...(options.memoryLimitMiB === undefined ? {} : { memoryLimitMiB: options.memoryLimitMiB }),
    ...(options.rowsPerShard === undefined ? {} : { rowsPerShard: options.rowsPerShard }),
  };
  return buildCohort(target, build, context, async (writer) => {
    await registerVocabularies(writer.db, options);
    await source.importInto(writer, dir, options, context);
  });
}
