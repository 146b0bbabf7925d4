import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Directory } from '../../cohort/index.js';
import type { Chunk, CompiledExport, Export, RecordEncoder, RunFacts } from '../types.js';
import { FhirEncoder, headsFor } from './encoder.js';
import { compileFhirOptions } from './options.js';
import type { CompiledFhirOptions } from './options.js';
import { allShared, makeShared } from './shared.js';
import { createSink, sharedFiles } from './sink.js';
import { timeText } from './text/time.js';

/**
 * FHIR R4 (4.0.1) with US Core 6.1 (`docs/fhir.md`): `<patient>.json`, a transaction Bundle each, or `<Type>.ndjson` with a Bulk Data
 * manifest.
 */
export const fhir: Export = {
  id: 'fhir',
  title: 'FHIR R4 with US Core 6.1: a transaction Bundle a patient, or Bulk Data NDJSON',
  compile(options): CompiledExport {
    const compiled = compileFhirOptions(options);
    return {
      preamble: (directory, facts) => preamble(compiled, directory, facts),
      encoder: (directory, facts): RecordEncoder => new FhirEncoder(compiled, directory, facts),
      ...(compiled.layout === 'ndjson' ? { finish: writeManifest } : {}),
    };
  },
};

function preamble(options: CompiledFhirOptions, directory: Directory, facts: RunFacts): Chunk[] {
  if (options.layout === 'bundles') return []; // every Bundle holds what it refers to
  const refs = createSink(options);
  const shared = makeShared(directory, facts, { heads: headsFor(options, facts), refs });
  return sharedFiles(allShared(shared), options.gzip);
}

/** The manifest of a Bulk Data export (HL7 Bulk Data Access 2.0, "Complete Status"), with file names for URLs. */
async function writeManifest(folder: string, facts: RunFacts): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /\.ndjson(\.gz)?$/.test(name)).sort();
  const manifest = {
    transactionTime: timeText(facts.recordedTime),
    request: 'file:$export',
    requiresAccessToken: false,
    output: files.map((name) => ({ type: name.slice(0, name.indexOf('.')), url: name })),
    error: [],
  };
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
