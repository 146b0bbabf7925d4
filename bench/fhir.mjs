// Speed of the FHIR encoder alone, one thread: patients, resources and megabytes a second of processor time, per layout.
// Processor time (garbage collection included), so that other work on the machine does not count.
// usage: node bench/fhir.mjs [patients] [repeats]
import { loadModules } from './support/load-modules.mjs';

const [patients = '200', repeats = '5'] = process.argv.slice(2);
const { exportById, fixtureFacts, makeRecords } = await loadModules();
const { directory, records } = makeRecords(Number(patients), 'bench');

for (const options of [
  { layout: 'ndjson' },
  { layout: 'ndjson', claims: false },
  { layout: 'bundles' },
  { layout: 'ndjson', gzip: true },
]) {
  const compiled = exportById('fhir').compile(options);
  const runs = [];
  let bytes = 0;
  for (let run = 0; run <= Number(repeats); run++) {
    const encoder = compiled.encoder(directory, fixtureFacts);
    const start = process.cpuUsage();
    bytes = 0;
    for (const [i, record] of records.entries()) {
      encoder.add(record);
      if (i % 20 === 19 || i === records.length - 1) {
        for (const chunk of encoder.take()) bytes += chunk.bytes.length;
      }
    }
    const { user, system } = process.cpuUsage(start);
    if (run > 0) runs.push((user + system) / 1e6); // the first warms up
  }
  const seconds = runs.sort((a, b) => a - b)[Math.floor(runs.length / 2)];
  const resources = countResources(options);
  console.log(
    JSON.stringify({
      ...options,
      patients: records.length,
      resourcesAPatient: Math.round(resources / records.length),
      patientsPerCpuSecond: Math.round(records.length / seconds),
      resourcesPerCpuSecond: Math.round(resources / seconds),
      megabytesPerCpuSecond: Math.round(bytes / 1e6 / seconds),
      bytesAResource: Math.round(bytes / resources),
      medianOf: runs.length,
    }),
  );
}

/** Resources of all patients: lines of the NDJSON of the same options. */
function countResources({ claims = true }) {
  const encoder = exportById('fhir').compile({ layout: 'ndjson', claims }).encoder(directory, fixtureFacts);
  let lines = 0;
  for (const record of records) {
    encoder.add(record);
    for (const chunk of encoder.take()) for (const byte of chunk.bytes) if (byte === 10) lines++;
  }
  return lines;
}
