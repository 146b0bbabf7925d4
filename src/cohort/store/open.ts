import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { DataError, UserError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { sha256File } from '../../runtime/index.js';
import type { CohortManifest } from './manifest.js';
import { manifestName, manifestSchema, schemaVersion } from './manifest.js';

/** A file of a store that is not as `cohort.json` says. */
export interface StoreProblem {
  readonly path: string;
  readonly problem: 'missing' | 'damaged' | 'extra';
}

/** A finished cohort store, for reading. */
export class CohortStore {
  readonly dir: string;
  readonly manifest: CohortManifest;

  private constructor(dir: string, manifest: CohortManifest) {
    this.dir = dir;
    this.manifest = manifest;
  }

  /**
   * Reads and checks `cohort.json`; the data files are checked by {@link verify}.
   * @throws UserError `NO_COHORT` when the folder holds none; DataError `COHORT_VERSION`, `BAD_COHORT`.
   */
  static async open(dir: string): Promise<CohortStore> {
    const text = await readFile(path.join(dir, manifestName), 'utf8').catch((cause: unknown) => {
      throw new UserError('NO_COHORT', `There is no cohort store in ${dir}.`, {
        expected: `a folder with ${manifestName}`,
        fix: 'make one with `anamnesis import`, or give another folder',
        cause,
      });
    });
    return new CohortStore(dir, parseManifest(text, dir));
  }

  /** Hashes every file and compares: the files that are missing, damaged (another SHA-256) or not listed, sorted by path. */
  async problems(): Promise<StoreProblem[]> {
    const present = new Set<string>();
    for (const name of await readdir(this.dir, { recursive: true })) {
      if (!(await stat(path.join(this.dir, name))).isDirectory()) present.add(name.split(path.sep).join('/'));
    }
    const found: StoreProblem[] = [];
    for (const file of this.manifest.files) {
      if (!present.delete(file.path)) found.push({ path: file.path, problem: 'missing' });
      else if ((await sha256File(path.join(this.dir, file.path))) !== file.sha256)
        found.push({ path: file.path, problem: 'damaged' });
    }
    present.delete(manifestName);
    for (const extra of present) found.push({ path: extra, problem: 'extra' });
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @throws DataError `STORE_DAMAGED` naming every file that {@link problems} found. */
  async verify(): Promise<void> {
    const problems = await this.problems();
    if (problems.length === 0) return;
    throw new DataError('STORE_DAMAGED', `The cohort store in ${this.dir} is not as it was written.`, {
      expected: `the files and SHA-256 that ${manifestName} lists`,
      got: problems.map((p) => `${p.path} (${p.problem})`).join(', '),
      fix: 'import the records again, or copy the store again from where it is intact',
    });
  }

  /** Registers the views subjects, encounters, events, notes and codes (each name after `prefix`). */
  async views(db: Database, prefix = ''): Promise<void> {
    for (const name of ['subjects', 'encounters', 'notes', 'codes']) {
      await this.#view(db, prefix + name, [`${name}.parquet`]);
    }
    const shards = this.manifest.files.map((f) => f.path).filter((p) => p.startsWith('events/'));
    await this.#view(db, `${prefix}events`, shards);
  }

  async #view(db: Database, name: string, files: readonly string[]): Promise<void> {
    const list = files.map((f) => sqlString(path.join(this.dir, f))).join(', ');
    await db.exec(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet([${list}])`);
  }
}

function parseManifest(text: string, dir: string): CohortManifest {
  const fix = 'import the records again with this version';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DataError('BAD_COHORT', `${manifestName} in ${dir} is not JSON.`, { fix, cause });
  }
  const version: unknown =
    typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (version !== schemaVersion) {
    throw new DataError('COHORT_VERSION', `The cohort store in ${dir} has another layout.`, {
      expected: `schema version ${schemaVersion}`,
      got: typeof version === 'number' ? `schema version ${version}` : 'no schema version',
      fix,
    });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new DataError('BAD_COHORT', `${manifestName} in ${dir} does not have its form.`, {
      got: parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '),
      fix,
    });
  }
  return parsed.data;
}
