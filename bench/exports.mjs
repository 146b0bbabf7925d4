// Speed and memory of the flat exports (csv, omop, meds, cohort): rows and MB a second while encoding, seconds to finish, peak memory.
//
//   npm run build && node bench/exports.mjs [--patients 2000] [--formats csv,omop,meds,cohort] [--threads 2]
//
// The patients are made here from one seed (a yearly visit with vitals and a panel of labs, a condition, drugs and procedures now and then), 30 to 90 years
// old, about 1,000 entries each, made again for every format, 50 at a time. Each format runs in a child process, so that its peak memory (VmHWM) is its own;
// the time to make the patients is measured apart and taken off.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { values } = parseArgs({
  options: {
    patients: { type: 'string', default: '2000' },
    formats: { type: 'string', default: 'csv,omop,meds,cohort' },
    threads: { type: 'string', default: '2' },
    child: { type: 'string' },
  },
});
const patients = Number(values.patients);
const perTask = 50;
const year = 365.25 * 86_400_000;
const hour = 3_600_000;
const end = Date.UTC(2026, 0, 1);

const snomed = (code, display) => ({ system: 'SNOMED', code, display });
const loinc = (code, display) => ({ system: 'LOINC', code, display });
const vitals = [
  ['8302-2', 'Body height', 'cm', 170],
  ['29463-7', 'Body weight', 'kg', 75],
  ['8867-4', 'Heart rate', '/min', 70],
  ['9279-1', 'Respiratory rate', '/min', 14],
];
const labs = [
  ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma', 'mg/dL', 95],
  ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'mg/dL', 1],
  ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'mmol/L', 140],
  ['718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', 14],
  ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', 5.6],
];

if (values.child === undefined) {
  for (const format of values.formats.split(',')) {
    const args = ['--child', format, '--patients', values.patients, '--threads', values.threads];
    const done = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.stdout.write(done.stdout);
    if (done.status !== 0) process.exit(done.status ?? 1);
  }
} else await measure(values.child);

async function measure(format) {
  const { Rng, fixedClock } = await dist('core/index.js');
  const { exportById } = await dist('exports/index.js');
  const { silentProgress, WorkerPool } = await dist('runtime/index.js');
  const pool = new WorkerPool(Number(values.threads));
  const context = { rng: Rng.create(1), clock: fixedClock(0), pool, progress: silentProgress };
  const facts = {
    generation: 'process-driven',
    seed: '1',
    endTime: end,
    recordedTime: end,
    generator: { name: 'anamnesis', version: 'bench' },
  };
  const directory = makeDirectory();
  const folder = mkdtempSync(path.join(tmpdir(), `anamnesis-${format}-`));
  try {
    const compiled = exportById(format).compile({});
    const files = new Map();
    let staged = 0;
    const put = (chunks) => {
      for (const { file, bytes } of chunks) {
        if (!files.has(file)) {
          mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
          files.set(file, openSync(path.join(folder, file), 'a'));
        }
        if (bytes.length > 0) writeSync(files.get(file), bytes);
        staged += bytes.length;
      }
    };
    put(compiled.preamble(directory, facts));
    let making = 0;
    let encoding = 0; // milliseconds of processor time: other work on the machine does not count
    let entries = 0;
    for (let start = 0; start < patients; start += perTask) {
      const made = performance.now();
      const records = Array.from({ length: Math.min(perTask, patients - start) }, (_, i) =>
        makeRecord(Rng, start + i),
      );
      making += performance.now() - made;
      entries += records.reduce((n, r) => n + countEntries(r), 0);
      const began = processorMs();
      const encoder = compiled.encoder(directory, facts);
      for (const record of records) encoder.add(record);
      put(encoder.take());
      encoding += processorMs() - began;
    }
    const finishing = performance.now();
    await compiled.finish?.(folder, facts, context);
    const finish = performance.now() - finishing;
    const megabytes = sizeOf(folder) / 1e6;
    const s = (ms) => (ms / 1000).toFixed(2);
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    console.log(
      `${format}: ${patients} patients, ${entries} entries; encoded in ${s(encoding)} s of one core (${Math.round(entries / (encoding / 1000)).toLocaleString('en')} entries/s, ` +
        `${(staged / 1e6 / (encoding / 1000)).toFixed(1)} MB/s, ${Math.round(patients / (encoding / 1000))} patients/s); finished in ${s(finish)} s; ` +
        `${megabytes.toFixed(1)} MB out; peak ${Math.round(Number(peak ?? 0) / 1024)} MiB (making patients: ${s(making)} s)`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await pool.close();
  }
}

/** Processor time of this process so far; encoding runs on its one thread. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, info) => sum + (info.isDirectory() ? 0 : info.size), 0);
}

function countEntries(record) {
  return Object.values(record).reduce((n, list) => n + (Array.isArray(list) ? list.length : 0), 0);
}

function makeDirectory() {
  const address = {
    line: '1 Elm Street',
    city: 'Boston',
    state: 'MA',
    postalCode: '02118',
    country: 'US',
    latitude: 42.3,
    longitude: -71.1,
  };
  const organizations = Array.from({ length: 200 }, (_, i) => ({
    id: uuid(i, 1),
    name: `Clinic ${i}`,
    npi: '1',
    kind: 'clinic',
    address,
    phone: '1',
  }));
  const practitioners = organizations.map((_, i) => ({
    id: uuid(i, 2),
    npi: '1',
    given: 'A',
    family: 'B',
    prefix: 'Dr.',
    sex: 'female',
    organization: i,
    specialty: 'GENERAL PRACTICE',
  }));
  return {
    organizations,
    practitioners,
    payers: [{ id: uuid(0, 3), name: 'Medicare', kind: 'government', coinsurance: 0.8, copay: 10 }],
  };
}

function uuid(a, b) {
  const hex = (n, digits) => n.toString(16).padStart(digits, '0');
  return `${hex(a, 8)}-0000-4000-8000-${hex(b, 12)}`;
}

function makeRecord(Rng, index) {
  const rng = Rng.create('bench').split('patient', index);
  const birthTime = end - Math.round((30 + 60 * rng.next()) * year);
  let n = 0;
  const entry = (codes, encounter) => ({
    id: uuid(index, ++n),
    codes,
    encounter,
    origin: { module: 'bench', state: 's' },
  });
  const record = {
    index,
    person: {
      id: uuid(index, 0),
      mrn: String(index),
      birthTime,
      deathTime: null,
      causeOfDeath: null,
      sex: index % 2 ? 'male' : 'female',
      race: 'white',
      ethnicity: 'nonhispanic',
      language: 'en-US',
      given: ['Ann'],
      family: 'Example',
      prefix: null,
      maiden: null,
      maritalStatus: 'M',
      address: {
        line: '2 Oak Street',
        city: 'Boston',
        state: 'MA',
        postalCode: '02118',
        country: 'US',
        latitude: 42.3,
        longitude: -71.1,
      },
      phone: null,
      birthplace: null,
      income: 50000,
    },
    endTime: end,
    encounters: [],
    conditions: [],
    allergies: [],
    observations: [],
    reports: [],
    procedures: [],
    medications: [],
    immunizations: [],
    imaging: [],
    devices: [],
    supplies: [],
    carePlans: [],
    notes: [],
    coverages: [
      { id: uuid(index, 999999), start: birthTime, end: null, payer: 0, memberId: 'M', relationship: 'self' },
    ],
    truth: [],
  };
  for (let time = birthTime + year; time < end - 30 * 86_400_000; time += year) {
    const encounter = record.encounters.length;
    record.encounters.push({
      ...entry([snomed('162673000', 'General examination of patient (procedure)')], null),
      encounter: null,
      class: 'wellness',
      start: time,
      end: time + hour,
      parent: null,
      reason: null,
      admitSource: null,
      dischargeDisposition: null,
      organization: index % 200,
      practitioner: index % 200,
      coverage: 0,
      cost: 130,
    });
    for (const [code, display, unit, mean] of [...vitals, ...labs]) {
      const value = {
        kind: 'quantity',
        value: Math.round(mean * (0.9 + 0.2 * rng.next()) * 10) / 10,
        unit,
        decimals: 1,
      };
      record.observations.push({
        ...entry([loinc(code, display)], encounter),
        time,
        category: 'laboratory',
        value,
        components: [],
        referenceRange: null,
      });
    }
    if (rng.next() < 0.5)
      record.conditions.push({
        ...entry(
          [
            snomed('444814009', 'Viral sinusitis (disorder)'),
            { system: 'ICD10CM', code: 'J01.90', display: 'Acute sinusitis, unspecified' },
          ],
          encounter,
        ),
        onset: time,
        recorded: time,
        abatement: time + 14 * 86_400_000,
        category: 'encounter-diagnosis',
      });
    record.medications.push({
      ...entry([{ system: 'RXNORM', code: '314076', display: 'lisinopril 10 MG Oral Tablet' }], encounter),
      start: time,
      end: time + year / 2,
      endReason: null,
      chronic: true,
      administered: false,
      reason: null,
      dosage: null,
      dispenses: 6,
      cost: 12.5,
    });
    record.procedures.push({
      ...entry([snomed('430193006', 'Medication reconciliation (procedure)')], encounter),
      start: time,
      end: time + hour / 4,
      reason: null,
      cost: 80,
    });
    record.immunizations.push({
      ...entry(
        [{ system: 'CVX', code: '140', display: 'Influenza, seasonal, injectable, preservative free' }],
        encounter,
      ),
      time,
      dose: 1,
      cost: 30,
    });
  }
  return record;
}
