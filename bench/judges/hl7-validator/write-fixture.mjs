// Writes the Bundles of `count` lives of the tests' record maker (every kind of entry, all ages) into a folder, for the judge.
// usage: node bench/judges/hl7-validator/write-fixture.mjs <folder> <count> [most visits]
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadModules } from '../../support/load-modules.mjs';

const [folder, count, visits] = process.argv.slice(2);
if (folder === undefined || count === undefined) {
  console.error('usage: write-fixture.mjs <folder> <count> [most visits]');
  process.exit(2);
}
const { exportById, fixtureFacts, makeRecords } = await loadModules();
const { directory, records } = makeRecords(
  Number(count),
  'judge',
  visits === undefined ? 15 : Number(visits),
);
const encoder = exportById('fhir').compile({}).encoder(directory, fixtureFacts);
for (const record of records) {
  encoder.add(record);
  for (const { file, bytes } of encoder.take()) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}
