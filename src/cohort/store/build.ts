import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Json } from '../../core/index.js';
import { fingerprint, throwIfAborted } from '../../core/index.js';
import { Database, sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import { buildFolderAtomic, sha256File, writeFileAtomic } from '../../runtime/index.js';
import { writeFiles } from './finish.js';
import type { CohortFile, CohortManifest } from './manifest.js';
import { manifestName, schemaVersion } from './manifest.js';
import { ImportLog } from './report.js';
import type { CohortWriter } from './types.js';
import { StagingWriter } from './writer.js';

/** What {@link buildCohort} is told beside where and from what. */
export interface BuildCohortOptions {
  readonly source: { readonly id: string; readonly title: string };
  /** The source's settings, written into `cohort.json`. No paths: the same records give the same store anywhere. */
  readonly options?: Readonly<Record<string, Json>>;
  /** Memory that queries may take before they spill into the store's staging folder, in MiB. */
  readonly memoryLimitMiB?: number;
  /** Events that a shard may hold (default 2,000,000); smaller shards need less memory and disk while sorting. */
  readonly rowsPerShard?: number;
}

/**
 * A compressed CSV file has no size to tell its rows by: the optimiser takes it for tiny and would build a join's hash table over all
 * records, beyond any memory. Without that step a join builds over its right side, where the small tables stand in every query here.
 */
const joinsBuildRight = "SET disabled_optimizers = 'build_side_probe_side'";

/**
 * Builds a cohort store as a whole folder: `fill` hands over the rows, then they are sorted, written, hashed and described by
 * `cohort.json`. After an error nothing is left of it. The bytes do not depend on the number of workers.
 * @throws UserError `OUTPUT_NOT_OURS`, `WRITE_*`; whatever `fill` throws.
 */
export async function buildCohort(
  target: string,
  options: BuildCohortOptions,
  context: RunContext,
  fill: (writer: CohortWriter) => Promise<void>,
): Promise<CohortManifest> {
  return buildFolderAtomic(target, manifestName, async (folder) => {
    const staging = path.join(folder, '.staging');
    await mkdir(staging);
    const db = await Database.open({
      threads: context.pool.size,
      memoryLimitMiB: options.memoryLimitMiB ?? 768,
      temporaryFolder: path.join(staging, 'spill'),
      signal: context.signal,
    });
    try {
      await db.exec(joinsBuildRight);
      const log = await ImportLog.create(db);
      const writer = await StagingWriter.create(db, staging, log);
      await fill(writer);
      throwIfAborted(context.signal);
      const task = context.progress.task('Sorting events');
      const shards = await writeFiles(writer, log, {
        folder,
        rowsPerShard: options.rowsPerShard,
        onShard: (done, all) => {
          task.note(`shard ${done} of ${all}`);
          task.advance();
        },
      });
      task.done();
      await rm(staging, { recursive: true, force: true });
      const files = await describeFiles(db, folder);
      const manifest = describe(options, { files, shards, report: await log.report() });
      await writeFileAtomic(path.join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
      return manifest;
    } finally {
      db.close();
    }
  });
}

/** Rows, bytes and SHA-256 of every Parquet file of the folder, sorted by path. */
async function describeFiles(db: Database, folder: string): Promise<CohortFile[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => name.split(path.sep).join('/'));
  const files: CohortFile[] = [];
  for (const relative of paths.sort()) {
    const file = path.join(folder, relative);
    const { n } = await db.one(`SELECT num_rows::DOUBLE AS n FROM parquet_file_metadata(${sqlString(file)})`);
    files.push({
      path: relative,
      rows: Number(n),
      bytes: (await stat(file)).size,
      sha256: await sha256File(file),
    });
  }
  return files;
}

function describe(
  options: BuildCohortOptions,
  parts: Pick<CohortManifest, 'files' | 'shards' | 'report'>,
): CohortManifest {
  const rowsOf = (pattern: RegExp): number =>
    parts.files.filter((f) => pattern.test(f.path)).reduce((sum, f) => sum + f.rows, 0);
  const settings = options.options ?? {};
  return {
    schemaVersion,
    source: { id: options.source.id, title: options.source.title },
    options: { ...settings } as CohortManifest['options'],
    counts: {
      subjects: rowsOf(/^subjects\./),
      encounters: rowsOf(/^encounters\./),
      events: rowsOf(/^events\//),
      notes: rowsOf(/^notes\./),
      codes: rowsOf(/^codes\./),
    },
    shards: parts.shards,
    files: parts.files,
    fingerprint: fingerprint({
      schemaVersion,
      source: options.source.id,
      options: settings,
      files: parts.files.map((f) => [f.path, f.sha256]),
    }),
    report: parts.report,
  };
}
