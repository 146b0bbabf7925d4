// What the built-in modules bring about: admissions to hospital by illness, what becomes of people of 65 and more within 30 days, how many live with which
// chronic illness; with --lives death by age and sex against the life table.
//
//   npm run build && node bench/library.mjs [--people 5000] [--seed library] [--years 8]      admissions and prevalence of a population of the United States
//   node bench/library.mjs --age 70-99 --people 3000                                           the old: readmission and death within 30 days
//   node bench/library.mjs --lives 2000                                                        whole lives of people born a hundred years ago
//
// In one process, without an export; about 20 lives a second of processor time. Intervals are 95 % (Wilson).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const simulate = await dist('stages/simulate/index.js');
const { compilePopulation } = await dist('stages/simulate/life/index.js');
const { ageAt } = await dist('stages/simulate/life/time.js');
const { Rng } = await dist('core/index.js');

const { values: flags } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    lives: { type: 'string' },
    age: { type: 'string', default: '0-99' },
    years: { type: 'string', default: '8' },
    seed: { type: 'string', default: 'library' },
  },
});
const chronic = {
  hypertension: ['59621000'],
  'diabetes, type 2': ['44054006'],
  'diabetes, type 1': ['46635009'],
  'heart failure': ['84114007'],
  'coronary disease': ['53741008', '194828000', '399211009'],
  'atrial fibrillation': ['49436004'],
  'valve disease': ['60573004', '1231000119100'],
  'peripheral vascular disease': ['400047006'],
  stroke: ['275526006'],
  COPD: ['13645005', '87433001', '185086009'],
  asthma: ['195967001', '233678006'],
  dementia: ['26929004', '52448006', '429998004'],
  epilepsy: ['84757009'],
  hypothyroidism: ['40930008'],
  'rheumatoid arthritis': ['69896004'],
  'peptic ulcer': ['13200003'],
  'other cancers': ['118600007', '399326009', '372244006', '93143009', '363418001', '363518003'],
  cirrhosis: ['19943007'],
};
const dayMs = 86_400_000;
const yearMs = 365.25 * dayMs;

if (flags.lives === undefined) {
  const [min, max] = flags.age.split('-').map(Number);
  population(await people(Number(flags.people), { min, max }));
} else deaths(await people(Number(flags.lives), { min: 97, max: 105 }));

async function people(size, ageYears) {
  const drawn = compilePopulation({ size, state: 'US', endDate: '2025-01-01', ageYears });
  const seed = Rng.create(flags.seed);
  const world = simulate.lifeWorld({ population: drawn, modules: 'library', seed });
  const files = await simulate.readModuleFiles(path.join(root, 'modules'));
  const library = simulate.compilePrograms(simulate.compileLibrary(files), world, {
    physiology: false,
    only: null,
    derived: ['bmi_percentile', 'current_weight_length_percentile'],
  });
  const simulator = new simulate.Simulator(library, world, {
    endTime: drawn.endTime,
    stepMs: simulate.weekMs,
  });
  return (function* () {
    for (let i = 0; i < size; i++) yield simulator.patient(i, seed.split('patient', i));
  })();
}

function percent(hits, of) {
  if (of === 0) return '–';
  const p = hits / of;
  const z = 1.96;
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of * of));
  return `${(100 * p).toFixed(1)} ± ${(100 * half).toFixed(1)}`;
}

/** Admissions that run hour by hour, with what happened after them. */
function staysOf({ encounters, person, endTime }) {
  const stays = encounters.flatMap((stay, index) => {
    if (stay.class !== 'inpatient' || stay.admitSource === null || stay.end === null) return [];
    const icu = encounters.some((one) => one.parent === index && one.class === 'icu');
    return [{ ...stay, icu, reason: reasonOf(stay) }];
  });
  return stays.map((stay) => ({
    ...stay,
    age: ageAt(person.birthTime, stay.start),
    days: (stay.end - stay.start) / dayMs,
    died: person.deathTime !== null && person.deathTime <= stay.end,
    hospice: ['50', '51'].includes(stay.dischargeDisposition?.code),
    planned: stay.admitSource.code === 'referral',
    back: stays.some(
      (next) =>
        next.start > stay.end && next.start < stay.end + 30 * dayMs && next.admitSource.code !== 'referral',
    ),
    dead: person.deathTime !== null && person.deathTime < stay.start + 30 * dayMs,
    seen:
      Math.min(endTime, person.deathTime ?? Infinity) > stay.end + 30 * dayMs || person.deathTime !== null,
  }));
}

function reasonOf({ reason }) {
  return reason?.code.display ?? 'other';
}

function population(records) {
  const bands = [18, 45, 65, 80, 130];
  const living = bands.map(() => 0);
  const have = new Map(Object.keys(chronic).map((name) => [name, bands.map(() => 0)]));
  const stays = [];
  let adultYears = 0;
  const span = Number(flags.years) * yearMs;
  for (const record of records) {
    const { birthTime, deathTime } = record.person;
    const to = deathTime ?? record.endTime;
    const from = Math.max(record.endTime - span, birthTime + 18 * yearMs);
    adultYears += Math.max(0, to - from) / yearMs;
    stays.push(...staysOf(record).filter(({ start }) => start >= from));
    if (deathTime !== null) continue;
    const band = bands.findLastIndex((age) => ageAt(birthTime, record.endTime) >= age);
    if (band < 0) continue;
    living[band]++;
    for (const [name, codes] of Object.entries(chronic))
      if (record.conditions.some((c) => c.abatement === null && codes.includes(c.codes[0].code)))
        have.get(name)[band]++;
  }
  admissions(stays, adultYears);
  later(stays);
  console.log(
    `\n| living with | 18-44 | 45-64 | 65-79 | 80+ | all adults |\n| --- | ---: | ---: | ---: | ---: | ---: |`,
  );
  const all = living.reduce((a, b) => a + b, 0);
  for (const [name, list] of have)
    console.log(
      `| ${name} | ${list
        .slice(0, 4)
        .map((n, i) => ((100 * n) / Math.max(1, living[i])).toFixed(1))
        .join(' | ')} | ${((100 * list.reduce((a, b) => a + b, 0)) / all).toFixed(1)} |`,
    );
  console.log(`of ${living.slice(0, 4).join(', ')} people in the bands`);
}

function admissions(stays, adultYears) {
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
  const row = (name, list) => {
    const share = (of) => ((100 * list.filter(of).length) / list.length).toFixed(0);
    const alive = list.filter((s) => !s.died && s.seen);
    return `| ${name} | ${list.length} | ${((1000 * list.length) / adultYears).toFixed(1)} | ${share((s) => s.died)} | ${share((s) => s.hospice)} | ${median(list.map((s) => s.days)).toFixed(1)} | ${share((s) => s.icu)} | ${((100 * alive.filter((s) => s.back).length) / Math.max(1, alive.length)).toFixed(0)} | ${share((s) => s.dead)} |`;
  };
  console.log(
    `${Math.round(adultYears)} adult person-years\n| admission | n | in 1,000 adults a year | died, % | to hospice, % | median days | intensive care, % | back in 30 days, % | dead in 30 days, % |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |`,
  );
  const by = new Map();
  for (const stay of stays) by.set(stay.reason, [...(by.get(stay.reason) ?? []), stay]);
  for (const [reason, list] of [...by].sort((a, b) => b[1].length - a[1].length))
    console.log(row(reason, list));
  console.log(row('all', stays));
}

/** Readmission and death within 30 days at 65 years and more. */
function later(stays) {
  const old = stays.filter(({ age, seen }) => age >= 65 && seen);
  console.log(
    `\n| at 65 years and more | n | back within 30 days, % | dead within 30 days, % |\n| --- | ---: | ---: | ---: |`,
  );
  for (const [name, test] of [
    ['all but planned', ({ planned }) => !planned],
    ['heart failure', ({ reason }) => /heart failure/iu.test(reason)],
    ['COPD', ({ reason }) => /obstructive/iu.test(reason)],
    ['pneumonia', ({ reason }) => reason.startsWith('Pneumonia')],
    ['infarction', ({ reason }) => /myocardial infarction/iu.test(reason)],
    ['ischaemic stroke', ({ reason }) => /Cerebrovascular accident/iu.test(reason)],
    ['coronary disease (bypass)', ({ reason, planned }) => planned && /Coronary/iu.test(reason)],
  ]) {
    const list = old.filter(test);
    const alive = list.filter(({ died }) => !died);
    console.log(
      `| ${name} | ${list.length} | ${percent(alive.filter((s) => s.back).length, alive.length)} | ${percent(list.filter((s) => s.dead).length, list.length)} |`,
    );
  }
}

function deaths(records) {
  const file = path.join(root, 'src/stages/simulate/life/data/mortality.json');
  const { lifeTable } = JSON.parse(readFileSync(file, 'utf8'));
  const ages = lifeTable.ageYears;
  const hazard = (sex, age) => {
    const i = ages.findLastIndex((knot) => knot <= age);
    const t = (age - ages[i]) / (ages[i + 1] - ages[i]);
    const q = lifeTable[sex][i] ** (1 - t) * lifeTable[sex][i + 1] ** t;
    return -Math.log(1 - q);
  };
  const bands = [15, 25, 35, 45, 55, 65, 75, 85, 95];
  const of = () => bands.map(() => ({ years: 0, deaths: 0, table: 0 }));
  const by = { female: of(), male: of() };
  const stays = bands.map(() => 0);
  for (const record of records) {
    const { sex, birthTime, deathTime } = record.person;
    const last = ageAt(birthTime, deathTime ?? record.endTime);
    for (let age = bands[0]; age < 95 && age < last; age++) {
      const cell = by[sex][bands.findLastIndex((from) => from <= age)];
      const part = Math.min(1, last - age);
      cell.years += part;
      cell.table += part * hazard(sex, age);
      if (deathTime !== null && last < age + 1) cell.deaths++;
    }
    for (const { age } of staysOf(record)) {
      const band = bands.findLastIndex((from) => from <= age);
      if (band >= 0) stays[band]++;
    }
  }
  console.log(
    '| age | women, table | women, here (deaths) | of the table | men, table | men, here (deaths) | of the table | admissions in 1,000 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const [i, from] of bands.slice(0, -1).entries()) {
    const cells = ['female', 'male'].map((sex) => {
      const { years, deaths: n, table } = by[sex][i];
      return `${((1000 * table) / years).toPrecision(2)} | ${((1000 * n) / years).toPrecision(2)} (${n}) | ${(n / table).toFixed(2)}`;
    });
    const years = by.female[i].years + by.male[i].years;
    console.log(
      `| ${from}-${bands[i + 1] - 1} | ${cells.join(' | ')} | ${((1000 * stays[i]) / years).toFixed(0)} |`,
    );
  }
}
