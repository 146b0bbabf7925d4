import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError, UserError } from '../../core/index.js';
import { explainWriteError } from '../../runtime/index.js';
import type { Progress } from '../../runtime/index.js';
import type { Member } from './archive.js';
import { readTarGz, readZip } from './archive.js';
import type { ArchiveDownload, ListedDownload, OpenDataSet } from './catalogue.js';
import { dataSetById } from './catalogue.js';
import type { Download, DownloadContext } from './download.js';
import { download, downloadText, NetworkFailure } from './download.js';
import { holds } from './locate.js';

/** Where a data set is fetched to, and who hears of it. */
export interface FetchOptions {
  /** The folder of fetched data sets; the set gets a folder of its own in it. */
  readonly cacheDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** How long a server may be silent. Default 60,000. */
  readonly timeoutMs?: number;
}

/**
 * Fetches a data set of the catalogue from its publisher into the cache and returns its folder; one that is there already is left as it is.
 * Files come one after another, are checked against the publisher's SHA-256 where there is one, and the folder takes its name when all
 * are there. An interrupted fetch goes on where it stopped when it is started again.
 * @throws UserError `NO_DATA_SET`, `FETCH_FAILED` (says what to download by hand and where to put it), `WRITE_*`; DataError `BAD_SHA256`, `BROKEN_FILE`;
 * InterruptedError.
 */
export async function fetchData(id: string, options: FetchOptions): Promise<string> {
  return fetchDataSet(dataSetById(id), options);
}

/** {@link fetchData} for any entry. */
export async function fetchDataSet(entry: OpenDataSet, options: FetchOptions): Promise<string> {
  const target = path.join(path.resolve(options.cacheDir), entry.folders[0] ?? entry.id);
  if (holds(target, entry)) return target;
  const staging = path.join(path.resolve(options.cacheDir), `.${entry.id}.part`);
  const task = options.progress.task(`Fetching ${entry.title}`);
  const context: DownloadContext = {
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    onBytes: (bytes) => {
      task.advance(bytes);
    },
  };
  try {
    for (const file of await plan(entry.download, staging, context)) {
      task.note(path.basename(file.target));
      if (!existsSync(file.target)) await download(file, context);
    }
    await unpack(entry.download, staging);
    await settle(staging, target);
  } catch (error) {
    if (error instanceof NetworkFailure) throw fetchFailed(entry, target, error);
    throw explainWriteError(error, target);
  }
  task.done(target);
  return target;
}

/** The files to fetch. */
async function plan(
  from: ListedDownload | ArchiveDownload,
  staging: string,
  context: DownloadContext,
): Promise<Download[]> {
  if (from.kind === 'archive')
    return [{ url: from.url, target: path.join(staging, 'archive.zip'), sha256: from.sha256 }];
  const sums = await downloadText(new URL('SHA256SUMS.txt', from.base).href, context);
  const wanted = new RegExp(from.include);
  const files = sums.split(/\r?\n/).flatMap((line) => {
    const match = /^([0-9a-f]{64})[ *]+(?:\.\/)?(.+)$/.exec(line.trim());
    const [, sha256, name] = match ?? [];
    if (sha256 === undefined || name === undefined || !wanted.test(name)) return [];
    return [{ url: new URL(name, from.base).href, target: path.join(staging, name), sha256 }];
  });
  if (files.length === 0) {
    throw new NetworkFailure('the publisher’s list of files holds none of those that are needed');
  }
  return files;
}

/** Replaces archives by their files. Paths that lead out of the folder are refused. */
async function unpack(from: ListedDownload | ArchiveDownload, staging: string): Promise<void> {
  for (const file of await readdir(staging)) {
    const source = path.join(staging, file);
    if (from.kind === 'archive' && file === 'archive.zip') {
      const wanted = new RegExp(from.include);
      const members = readZip(from.url, await readFile(source)).filter((member) => wanted.test(member.path));
      await writeMembers(
        staging,
        members.map(({ path: name, data }) => ({ path: path.posix.basename(name), data })),
      );
      await rm(source);
    } else if (file.endsWith('.tar.gz')) {
      await writeMembers(staging, readTarGz(file, await readFile(source)));
      await rm(source);
    }
  }
}

async function writeMembers(folder: string, members: readonly Member[]): Promise<void> {
  if (members.length === 0) {
    throw new DataError('BROKEN_FILE', 'An archive does not hold the files that it should.', {
      fix: 'see whether the publisher has changed it; download it by hand',
    });
  }
  for (const { path: name, data } of members) {
    const target = path.resolve(folder, name);
    if (!target.startsWith(folder + path.sep))
      throw new DataError('BROKEN_FILE', 'An archive names a file outside its folder; it was not unpacked.');
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, data);
  }
}

/** Gives the finished folder its name; where a folder of that name exists, its files join those that are there. */
async function settle(staging: string, target: string): Promise<void> {
  if (!existsSync(target)) {
    await rename(staging, target);
    return;
  }
  for (const file of await readdir(staging)) {
    await rm(path.join(target, file), { recursive: true, force: true });
    await rename(path.join(staging, file), path.join(target, file));
  }
  await rm(staging, { recursive: true, force: true });
}

function fetchFailed(entry: OpenDataSet, target: string, cause: NetworkFailure): UserError {
  const needed = entry.marks.map((names) => names[0]).join(' and ');
  return new UserError('FETCH_FAILED', `${entry.title} could not be fetched: ${cause.message}.`, {
    fix: `try again later, or download it by hand from ${entry.homepage} and put its files into ${target} (or into a folder '${entry.folders[0] ?? entry.id}' under the one that --data or ANAMNESIS_DATA names), so that it holds ${needed}`,
    cause,
  });
}
