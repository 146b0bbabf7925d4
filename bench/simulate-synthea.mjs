// Compares lives made here with Synthea's own output, on Synthea's modules: prevalence of 20 conditions among living adults, and encounters and
// prescriptions a patient a year. Ages and sexes are drawn as in the sample.
//
//   node bench/simulate-synthea.mjs <synthea modules> <synthea csv folder> [lives]
//
// The csv folder holds patients.csv.gz, conditions.csv.gz, encounters.csv.gz and medications.csv.gz as Synthea exports them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Rng } from '../dist/core/index.js';
import {
  compileLibrary,
  compilePrograms,
  lifeWorld,
  readModuleFiles,
  Simulator,
  weekMs,
} from '../dist/stages/simulate/index.js';
import { populationLike } from '../dist/stages/simulate/life/index.js';

const [modules, folder, lives = '1000'] = process.argv.slice(2);
const end = '2023-12-31';
const endTime = Date.parse(end);
const yearMs = 365.25 * 86_400_000;
const windowYears = 10;

const conditions = {
  'Essential hypertension': ['59621000'],
  Prediabetes: ['714628002', '15777000'],
  'Type 2 diabetes': ['44054006'],
  Anemia: ['271737000'],
  'Obesity (BMI 30+)': ['162864005'],
  'Ischemic heart disease': ['414545008'],
  'Myocardial infarction (history of)': ['22298006', '399211009'],
  'Atrial fibrillation': ['49436004'],
  Stroke: ['230690007'],
  Hyperlipidemia: ['55822004'],
  'Metabolic syndrome X': ['237602007'],
  'Chronic kidney disease, any stage': ['431855005', '431856006', '433144002', '431857002', '46177005'],
  'Chronic sinusitis': ['40055000'],
  'Viral sinusitis': ['444814009'],
  'Acute bronchitis': ['10509002'],
  'Acute viral pharyngitis': ['195662009'],
  'COVID-19': ['840539006'],
  'Osteoarthritis of knee': ['239873007'],
  'Chronic low back pain': ['278860009'],
  'Polyp of colon': ['68496003'],
};

function csv(name) {
  const [head, ...lines] = gunzipSync(readFileSync(path.join(folder, `${name}.csv.gz`)))
    .toString('utf8')
    .trim()
    .split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1] ?? m[2]);
    return Object.fromEntries(columns.map((c, i) => [c, cells[i]]));
  });
}

const people = csv('patients')
  .filter((p) => p.DEATHDATE === '')
  .map((p) => ({
    id: p.Id,
    sex: p.GENDER === 'F' ? 'female' : 'male',
    age: Math.floor((endTime - Date.parse(p.BIRTHDATE)) / yearMs),
  }))
  .filter((p) => p.age >= 18);
const byPatient = (rows) =>
  Map.groupBy?.(rows, (r) => r.PATIENT) ??
  rows.reduce((m, r) => m.set(r.PATIENT, [...(m.get(r.PATIENT) ?? []), r]), new Map());
const had = byPatient(csv('conditions'));
const visits = byPatient(csv('encounters'));
const drugs = byPatient(csv('medications'));
const from = endTime - windowYears * yearMs;
const recent = (rows) => (rows ?? []).filter((r) => Date.parse(r.START) >= from).length / windowYears;

const cells = people.map(({ age, sex }) => ({
  ageYears: age,
  sex,
  race: null,
  ethnicity: null,
  payer: null,
  count: 1,
}));
const population = populationLike(cells, { size: Number(lives), endDate: end });
const seed = Rng.create('bench/simulate-synthea');
const world = lifeWorld({ population, modules: 'synthea', seed });
const library = compileLibrary(await readModuleFiles(modules));
const programs = compilePrograms(library, world, {
  physiology: false,
  only: null,
  derived: ['bmi_percentile', 'current_weight_length_percentile'],
});
const simulator = new Simulator(programs, world, { endTime: population.endTime, stepMs: weekMs });
const mine = [];
for (let i = 0; mine.length < Number(lives); i++) {
  const own = seed.split('patient', i);
  let record = 'dead';
  // who dies too early is followed by somebody of the same age and sex
  for (let n = 0; record === 'dead'; n++)
    record = simulator.patient(i, n === 0 ? own : own.split('attempt', n), {
      group: own.split('group', 0),
      aliveOnly: true,
    });
  const start = record.endTime - windowYears * yearMs;
  // the sample of the living holds the last ten years: what ended before them is not in it
  const shown = record.conditions.filter((c) => c.abatement === null || c.abatement >= start);
  mine.push({
    codes: new Set(shown.flatMap((c) => c.codes.map((code) => code.code))),
    visits: record.encounters.filter((e) => e.start >= start).length / windowYears,
    drugs: record.medications.filter((m) => m.start >= start).length / windowYears,
  });
}

const wilson = (k, n) => {
  const z = 1.96;
  const p = k / n;
  const mid = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [mid - half, mid + half];
};
const percent = (x) => (100 * x).toFixed(1);
console.log(`Living adults: ${people.length} of Synthea, ${mine.length} made here.\n`);
console.log('| condition | Synthea % [95 %] | here % [95 %] | within |\n| --- | --- | --- | --- |');
for (const [name, codes] of Object.entries(conditions)) {
  const theirs = people.filter((p) => (had.get(p.id) ?? []).some((c) => codes.includes(c.CODE))).length;
  const ours = mine.filter((m) => codes.some((c) => m.codes.has(c))).length;
  const a = wilson(theirs, people.length);
  const b = wilson(ours, mine.length);
  const within = b[0] <= a[1] && a[0] <= b[1];
  console.log(
    `| ${name} | ${percent(theirs / people.length)} [${a.map(percent).join('–')}] | ${percent(ours / mine.length)} [${b.map(percent).join('–')}] | ${within ? 'yes' : 'no'} |`,
  );
}
const summary = (values) => {
  const mean = values.reduce((x, y) => x + y, 0) / values.length;
  const sd = Math.sqrt(values.reduce((x, y) => x + (y - mean) ** 2, 0) / (values.length - 1));
  const half = (1.96 * sd) / Math.sqrt(values.length);
  return `${mean.toFixed(2)} [${(mean - half).toFixed(2)}–${(mean + half).toFixed(2)}]`;
};
console.log(
  `| encounters a patient a year | ${summary(people.map((p) => recent(visits.get(p.id))))} | ${summary(mine.map((m) => m.visits))} | |`,
);
console.log(
  `| prescriptions a patient a year | ${summary(people.map((p) => recent(drugs.get(p.id))))} | ${summary(mine.map((m) => m.drugs))} | |`,
);
