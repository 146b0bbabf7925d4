import type { Directory, PatientRecord } from '../../../../src/cohort/index.js';
import { exportById } from '../../../../src/exports/index.js';
import type { Chunk, RunFacts } from '../../../../src/exports/index.js';
import { fixtureFacts } from '../../../support/records/index.js';
import { at, isResource, listOf } from './json.js';
import type { Resource } from './json.js';

export interface People {
  readonly directory: Directory;
  readonly records: readonly PatientRecord[];
  /** Of the run that made them; absent: the fixture's. */
  readonly facts?: RunFacts;
}

export const factsOf = (people: People): RunFacts => people.facts ?? fixtureFacts;

/** All files of an export of these records, chunks of one file joined in order. */
export function exportFiles(people: People, options: Readonly<Record<string, unknown>>): Map<string, Buffer> {
  const compiled = exportById('fhir').compile(options);
  const chunks: Chunk[] = [...compiled.preamble(people.directory, factsOf(people))];
  const encoder = compiled.encoder(people.directory, factsOf(people));
  for (const record of people.records) encoder.add(record);
  chunks.push(...encoder.take());
  const files = new Map<string, Buffer>();
  for (const { file, bytes } of chunks) {
    files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), bytes]));
  }
  return files;
}

/** The resources of each Bundle, by file. */
export function readBundles(people: People): Map<string, Resource[]> {
  const bundles = new Map<string, Resource[]>();
  for (const [file, bytes] of exportFiles(people, { layout: 'bundles' })) {
    bundles.set(file, bundleResources(JSON.parse(bytes.toString('utf8'))));
  }
  return bundles;
}

export function bundleResources(bundle: unknown): Resource[] {
  return listOf(at(bundle, ['entry']))
    .flatMap((entry) => at(entry, ['resource']))
    .filter(isResource);
}

/** All resources of the NDJSON files. */
export function readNdjson(people: People): Resource[] {
  const out: Resource[] = [];
  for (const bytes of exportFiles(people, { layout: 'ndjson' }).values()) {
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line === '') continue;
      const resource: unknown = JSON.parse(line);
      if (!isResource(resource)) throw new Error('a line that is no resource');
      out.push(resource);
    }
  }
  return out;
}
