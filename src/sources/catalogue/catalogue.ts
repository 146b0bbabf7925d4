import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { suggest, UserError } from '../../core/index.js';

const listed = z.strictObject({
  /** PhysioNet: the folder's SHA256SUMS.txt lists every file; those whose path matches are fetched and checked, .tar.gz unpacked. */
  kind: z.literal('listed'),
  base: z.url(),
  include: z.string(),
});
const archive = z.strictObject({
  /** One .zip; the members whose path matches are kept, without their folders. */
  kind: z.literal('archive'),
  url: z.url(),
  /** SHA-256 of the archive, null where the publisher gives none. */
  sha256: z.string().nullable(),
  include: z.string(),
});

const dataSetSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  about: z.string(),
  /** The source that reads it; null for vocabularies. */
  source: z.string().nullable(),
  licence: z.string(),
  size: z.string(),
  homepage: z.url(),
  /** Names under which a folder with it is looked for; the first is the one that fetching makes. */
  folders: z.array(z.string()).min(1),
  /** A folder holds it when it has one file of each list. */
  marks: z.array(z.array(z.string()).min(1)).min(1),
  download: z.discriminatedUnion('kind', [listed, archive]),
});

/** An open data set: what it is, under what licence, where it lies and where it comes from. */
export type OpenDataSet = z.infer<typeof dataSetSchema>;
export type ListedDownload = z.infer<typeof listed>;
export type ArchiveDownload = z.infer<typeof archive>;

/** The open data sets that Anamnesis knows. */
export const openData: readonly OpenDataSet[] = z
  .array(dataSetSchema)
  .parse(JSON.parse(readFileSync(new URL('./catalogue.json', import.meta.url), 'utf8')));

/** @throws UserError `NO_DATA_SET` naming those that there are. */
export function dataSetById(id: string): OpenDataSet {
  const found = openData.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const ids = openData.map((entry) => entry.id);
  const near = suggest(id, ids);
  throw new UserError('NO_DATA_SET', `The catalogue has no data set '${id}'.`, {
    expected: `one of ${ids.join(', ')}`,
    ...(near === undefined ? {} : { fix: `did you mean '${near}'?` }),
  });
}
