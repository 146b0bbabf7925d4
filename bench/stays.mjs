// Stays in hospital without the lives around them: people and illnesses are recorded once, and their stays drawn again and again, with other rules or
// numbers, in seconds. Two draws of one recording are paired: the same people fall ill of the same at the same hour.
//
//   npm run build && node bench/stays.mjs record --like <cohort store> --admissions 4000 --seed stays --to people.bin
//   node bench/stays.mjs draw --people people.bin [--times 3] [--overrides <file>]         how stays end, by illness and by day
//   node bench/stays.mjs draw --people people.bin --store <folder> [--times 3]               unit stays as a cohort store, for admissions.mjs
//
// A store holds one person a stay (no earlier life, no chronic illness), so it says nothing of readmission. Courses are those of modules/ as they stand. One
// process, one core; a recording takes as long as the simulation, a draw some 440 stays a second.
import { readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const {
  values: flags,
  positionals: [mode],
} = parseArgs({
  allowPositionals: true,
  options: {
    like: { type: 'string' },
    admissions: { type: 'string', default: '4000' },
    seed: { type: 'string', default: 'stays' },
    to: { type: 'string' },
    people: { type: 'string' },
    times: { type: 'string', default: '1' },
    store: { type: 'string' },
    overrides: { type: 'string' },
    'least-hours': { type: 'string', default: '48' },
  },
});
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
// every request for a stay is heard, whoever makes it
const listening = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/dist/stages/simulate/stay/stay.js')) return loaded;
  const source = String(loaded.source).replace('export function simulateStay(', 'function drawStay(') +
    '\\nexport function simulateStay(request, rng) { globalThis.heardStay?.(request); return drawStay(request, rng); }';
  return { ...loaded, source };
}`;
register(`data:text/javascript,${encodeURIComponent(listening)}`);
const { Rng, systemClock } = await dist('core/index.js');
const { stayData } = await dist('stages/simulate/stay/index.js');
const { compileLibrary, readModuleFiles } = await dist('stages/simulate/module/load.js');

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Vital signs and values whose own level a stay asks for. */
const signs = [...stayData.latent, ...stayData.signals].flatMap(({ baseline }) => baseline?.sign ?? []);

async function record() {
  const { simulateCliSchema, simulationOf } = await dist('cli/simulate/options.js');
  const { planRun } = await dist('stages/simulate/run/plan.js');
  const { compileRun } = await dist('stages/simulate/run/worker.js');
  const { emptyTally, patientAt } = await dist('stages/simulate/run/lives.js');
  const sources = await dist('cli/simulate/sources.js');
  const count = Number(flags.admissions);
  const cli = { out: '.', like: flags.like, admissions: count, seed: flags.seed, format: 'cohort' };
  const options = await simulationOf(simulateCliSchema.parse({ ...cli, end: '2025-01-01' }));
  const { spec } = await planRun(options, {
    builtIn: sources.builtInModules,
    generator: sources.generator(),
  });
  const { simulator, seed, wanted } = compileRun(spec);
  const library = deserialize(spec.library);
  const named = new Map([...coursesOf(library)].map(([name, course]) => [JSON.stringify(course), name]));
  const people = [];
  for (let index = 0; index < count; index++) {
    const heard = [];
    globalThis.heardStay = ({ patient: { level, ...patient }, course, arrivalHour }) => {
      const levels = Object.fromEntries(signs.map((sign) => [sign, level(sign)]));
      heard.push({ patient, levels, arrivalHour, course: named.get(JSON.stringify(course)) });
    };
    const life = patientAt(index, seed, simulator, { wanted, tally: emptyTally(0) });
    const stays = life.encounters.filter((one) => one.class === 'inpatient' && one.admitSource !== null);
    // the last of them are those of the life that was kept; the record's own order is that of arrival
    for (const [i, encounter] of stays.entries()) {
      const request = heard[heard.length - stays.length + i];
      if (encounter.start < life.endTime - 2 * 365 * dayMs) continue;
      const { person } = life;
      people.push({ ...request, encounter: plain(encounter), person: plain(person), endTime: life.endTime });
    }
    if (index % 250 === 249) {
      writeFileSync(flags.to, serialize({ people, signs }));
      console.error(`${index + 1} lives, ${people.length} stays`);
    }
  }
  writeFileSync(flags.to, serialize({ people, signs }));
  console.log(`${people.length} stays of ${count} people in ${flags.to}`);
}

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

/** Stays of the recorded people: number for number again with the same number of the draw. */
async function draw() {
  const { simulateStay } = await dist('stages/simulate/stay/index.js');
  const { stay, files } = await overridden();
  const data = stay ?? stayData;
  const { people } = deserialize(readFileSync(flags.people));
  const courses = coursesOf(compileLibrary(files));
  const drawn = (number) =>
    people.map((one, i) => {
      const patient = { ...one.patient, level: (sign) => one.levels[sign] ?? 0 };
      const request = { course: courses.get(one.course), patient, arrivalHour: one.arrivalHour, data };
      const rng = Rng.create('stays').split('draw', number).split('stay', i);
      return { ...one, stay: simulateStay(request, rng) };
    });
  const all = Array.from({ length: Number(flags.times) }, (_, i) => drawn(i + 1)).flat();
  const least = Number(flags['least-hours']);
  const unit = ({ stay }) =>
    stay.phases.find(({ place, start, end }) => place === 'icu' && end - start >= least);
  const units = all.filter((one) => unit(one) !== undefined);
  if (flags.store !== undefined) return writeStore(units);
  byIllness(all);
  byDay(
    units.map((one) => {
      const { start } = unit(one);
      const { stay } = one;
      return { days: (stay.hours - start) / 24, died: stay.outcome === 'died', ...signsOf(stay, start, one) };
    }),
    least / 24,
  );
}

async function overridden() {
  const files = await readModuleFiles(path.join(root, 'modules'));
  if (flags.overrides === undefined) return { stay: stayData, files };
  const { applyOverrides } = await dist('stages/simulate/calibrate/overrides.js');
  return applyOverrides(readFileSync(flags.overrides, 'utf8'), flags.overrides, files);
}

/** Courses of a library by module and state. */
function coursesOf({ modules }) {
  return new Map(
    [...modules.values()].flatMap(({ path: module, states }) =>
      [...states].flatMap(([name, state]) =>
        state.type === 'anamnesis:HospitalStay' ? [[`${module} ${name}`, state.course]] : [],
      ),
    ),
  );
}

function signsOf(stay, start, { patient }) {
  const from = start + 24;
  const acuities = stay.hidden.filter(
    ({ name, hour }) => name === 'acuity' && hour >= from && hour <= start + 48,
  );
  return { age: patient.ageYears, acuity: mean(acuities.map(({ value }) => value)) };
}

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function quartiles(values) {
  return [0.1, 0.25, 0.5, 0.75, 0.9].map((q) => quantile(values, q).toFixed(1)).join(' ');
}

function share(list, holds) {
  return list.filter(holds).length / list.length;
}

/** Death, hospice, length and intensive care by illness. */
function byIllness(all) {
  console.log('| illness | stays | died, % | to hospice, % | median days | mean days | intensive care, % |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  const line = (name, list) => {
    const percent = (holds) => (100 * share(list, holds)).toFixed(1);
    const days = list.map(({ stay }) => stay.hours / 24);
    const icu = percent(({ stay }) => stay.phases.some(({ place }) => place === 'icu'));
    console.log(
      `| ${name} | ${list.length} | ${percent(({ stay }) => stay.outcome === 'died')} | ${percent(({ stay }) => stay.outcome === 'hospice')} | ${quantile(days, 0.5).toFixed(1)} | ${mean(days).toFixed(1)} | ${icu} |`,
    );
  };
  for (const name of [...new Set(all.map(({ course }) => course))].sort())
    line(
      name,
      all.filter(({ course }) => course === name),
    );
  line('all', all);
}

const bands = [2, 3, 4, 5, 7, 10, 14, 21, 28, 42];

/** When unit stays end, counted from their start: in death or alive. */
function byDay(stays, least) {
  const dead = stays.filter(({ died }) => died);
  const alive = stays.filter(({ died }) => !died);
  console.log(
    `\n${stays.length} unit stays of ${least} days and more; died ${((100 * dead.length) / stays.length).toFixed(1)} %`,
  );
  for (const [name, list] of [
    ['dead', dead],
    ['alive', alive],
  ]) {
    const days = list.map((one) => one.days);
    console.log(
      `days of the ${name}, 10 25 50 75 90 %: ${quartiles(days)}; over 7: ${(100 * share(days, (d) => d > 7)).toFixed(1)} %`,
    );
  }
  console.log('| days | died a day, % | left alive a day, % | deaths |');
  console.log('| --- | ---: | ---: | ---: |');
  for (const [i, from] of bands.slice(0, -1).entries()) {
    const to = bands[i + 1];
    const lived = stays.reduce((sum, { days }) => sum + Math.max(0, Math.min(days, to) - from), 0);
    const ends = (list) => list.filter(({ days }) => days > from && days <= to).length;
    const daily = (n) => ((100 * n) / lived).toFixed(2);
    console.log(`| ${from}–${to} | ${daily(ends(dead))} | ${daily(ends(alive))} | ${ends(dead)} |`);
  }
  if (stays[0]?.acuity === undefined) return;
  console.log(
    '| acuity on day 2, fifth | died, % | survivors over 7 days, % | survivors, median days | dead over 7 days, % |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: |');
  const sorted = [...stays].sort((a, b) => a.acuity - b.acuity);
  for (let k = 0; k < 5; k++) {
    const list = sorted.slice((k * sorted.length) / 5, ((k + 1) * sorted.length) / 5);
    const [gone, left] = [true, false].map((is) =>
      list.filter(({ died }) => died === is).map(({ days }) => days),
    );
    const long = (days) => (100 * share(days, (d) => d > 7)).toFixed(0);
    console.log(
      `| ${mean(list.map(({ acuity }) => acuity)).toFixed(2)} | ${((100 * gone.length) / list.length).toFixed(1)} | ${long(left)} | ${quantile(left, 0.5).toFixed(1)} | ${long(gone)} |`,
    );
  }
}

async function writeStore(all) {
  const { exportById } = await dist('exports/index.js');
  const { buildDirectory, compilePopulation } = await dist('stages/simulate/life/index.js');
  const { buildFolderAtomic, silentProgress, WorkerPool } = await dist('runtime/index.js');
  const population = compilePopulation({
    size: all.length,
    state: 'US',
    endDate: '2025-01-01',
    ageYears: { min: 18, max: 110 },
  });
  const { directory } = buildDirectory(population, Rng.create('stays'));
  const facts = {
    ...{
      generation: 'process-driven',
      seed: flags.times,
      endTime: population.endTime,
      recordedTime: population.endTime,
    },
    generator: { name: 'anamnesis', version: 'bench' },
  };
  const cohort = exportById('cohort').compile({});
  const pool = new WorkerPool(1);
  const context = { rng: Rng.create('stays'), clock: systemClock, pool, progress: silentProgress };
  const { appendFileSync, mkdirSync } = await import('node:fs');
  await buildFolderAtomic(flags.store, 'cohort.json', async (folder) => {
    const write = (chunks) => {
      for (const { file, bytes } of chunks) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        appendFileSync(path.join(folder, file), bytes);
      }
    };
    write(cohort.preamble(directory, facts));
    const encoder = cohort.encoder(directory, facts);
    for (const [index, one] of all.entries()) {
      encoder.add(recordOf(one, index, population.endTime));
      if (index % 100 === 99) write(encoder.take());
    }
    write(encoder.take());
    await cohort.finish(folder, facts, context);
  });
  await pool.close();
  console.log(`${all.length} stays in ${flags.store}`);
}

const codes = new Map(stayData.signals.map(({ id, ...signal }) => [id, signal]));

/** A person who has that stay and nothing else. */
function recordOf({ stay, encounter, person }, index, endTime) {
  const start = encounter.start;
  const at = (hour) => Math.min(start + Math.round(hour * 60) * 60_000, end);
  const end = start + Math.round(stay.hours * 60) * 60_000;
  const { origin } = encounter;
  const entry = { id: '', codes: encounter.codes, encounter: null, origin };
  const died = stay.outcome === 'died';
  const dispositions = { died: '20', hospice: '51', facility: '03', home: '01' };
  const disposition = { system: 'NUBC', code: dispositions[stay.outcome], display: stay.outcome };
  const id = (n) => `00000000-0000-4000-8000-${String(index * 10_000 + n).padStart(12, '0')}`;
  const inside = stay.phases.filter(({ place }) => place !== 'ward');
  const units = inside.map((phase, i) => ({
    ...encounter,
    ...{
      id: id(i + 1),
      class: phase.place === 'icu' ? 'icu' : 'emergency',
      parent: 0,
      reason: null,
      coverage: null,
    },
    ...{ start: at(phase.start), end: at(phase.end), admitSource: null, dischargeDisposition: null },
  }));
  const admission = { ...encounter, id: id(0), parent: null, start, end, coverage: null };
  const unitAt = (time) => Math.max(0, units.findIndex((unit) => time >= unit.start && time < unit.end) + 1);
  let n = units.length + 1;
  const observations = stay.rounds.flatMap(({ hour, readings }) =>
    readings.map(({ signal, value }) => {
      const { code, category, unit, decimals } = codes.get(signal);
      const time = at(hour);
      return {
        ...{ ...entry, id: id(n++), codes: [code], encounter: unitAt(time), time, category },
        ...{ value: { kind: 'quantity', value, unit, decimals }, components: [], referenceRange: null },
      };
    }),
  );
  return {
    index,
    person: { ...person, id: id(0), deathTime: died ? end : null, causeOfDeath: null },
    endTime: died ? end : endTime,
    encounters: [
      {
        ...admission,
        reason: null,
        dischargeDisposition:
          encounter.dischargeDisposition === null
            ? null
            : {
                ...encounter.dischargeDisposition,
                ...disposition,
                system: encounter.dischargeDisposition.system,
              },
      },
      ...units,
    ],
    observations,
    ...{
      conditions: [],
      allergies: [],
      reports: [],
      procedures: [],
      medications: [],
      immunizations: [],
      imaging: [],
    },
    ...{ devices: [], supplies: [], carePlans: [], notes: [], coverages: [], truth: [] },
  };
}

if (mode === 'record') await record();
else if (mode === 'draw') await draw();
else throw new Error(`expected record or draw, got ${mode ?? 'nothing'}`);
