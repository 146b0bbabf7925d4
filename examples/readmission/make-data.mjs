// Made-up admissions with the 18 columns of the usual tutorial on synthetic clinical tables: 10,000 patients, readmission within 30 days as
// label. The outcome follows from the other columns, so models trained on it have something to learn. Nobody's data.
// usage: node examples/readmission/make-data.mjs [file] [rows] [seed]
import { writeFileSync } from 'node:fs';
import { Rng } from '../../dist/core/index.js';

const [file = 'data.csv', rows = '10000', seed = '42'] = process.argv.slice(2);
const n = Number(rows);
const root = Rng.create(Number(seed));

const clip = (low, high) => (x) => Math.min(high, Math.max(low, x));
const round = (digits) => (x) => Number(x.toFixed(digits));
const column = (name, draw) => {
  const rng = root.split(name);
  return Array.from({ length: n }, () => draw(rng));
};
const normal = (name, mean, deviation, low, high, digits) =>
  column(name, (rng) => round(digits)(clip(low, high)(mean + deviation * rng.normal())));
const logNormal = (name, mean, deviation, low, high, digits) =>
  column(name, (rng) => round(digits)(clip(low, high)(Math.exp(mean + deviation * rng.normal()))));
const poisson = (name, mean) =>
  column(name, (rng) => {
    let k = 0;
    for (let p = rng.next(); p > Math.exp(-mean); p *= rng.next()) k++;
    return k;
  });
const flag = (name, share) => column(name, (rng) => (rng.next() < share ? 1 : 0));
const choice = (name, shares) => {
  const values = Object.keys(shares);
  return column(name, (rng) => values[rng.weightedIndex(Object.values(shares))]);
};

const data = {
  age: normal('age', 65, 15, 18, 100, 0),
  sex: choice('sex', { M: 0.48, F: 0.52 }),
  race: choice('race', { White: 0.58, Black: 0.22, Hispanic: 0.12, Asian: 0.05, Other: 0.03 }),
  systolic_bp: normal('systolic_bp', 130, 20, 80, 220, 0),
  heart_rate: normal('heart_rate', 78, 15, 40, 150, 0),
  spo2: normal('spo2', 96, 2, 85, 100, 1),
  hba1c: normal('hba1c', 6.5, 1.8, 4, 14, 1),
  creatinine: logNormal('creatinine', 0.1, 0.4, 0.5, 12, 2),
  hemoglobin: normal('hemoglobin', 12.5, 2, 5, 18, 1),
  wbc: normal('wbc', 8, 3, 2, 30, 1),
  prior_admissions_12m: poisson('prior_admissions_12m', 1.2),
  ed_visits_12m: poisson('ed_visits_12m', 0.8),
  num_medications: poisson('num_medications', 5),
  has_diabetes: flag('has_diabetes', 0.3),
  has_chf: flag('has_chf', 0.15),
  has_copd: flag('has_copd', 0.12),
  length_of_stay: logNormal('length_of_stay', 1, 0.7, 1, 60, 0),
};
const noise = column('noise', (rng) => rng.normal());
const risk = noise.map(
  (e, i) =>
    0.02 * data.age[i] +
    0.5 * data.prior_admissions_12m[i] +
    0.3 * data.ed_visits_12m[i] +
    0.8 * data.has_chf[i] +
    0.4 * data.has_diabetes[i] +
    0.1 * data.hba1c[i] +
    0.3 * data.creatinine[i] -
    0.05 * data.hemoglobin[i] +
    e,
);
const bar = [...risk].sort((a, b) => a - b)[Math.floor(0.82 * n)];
data.readmitted_30d = risk.map((x) => (x > bar ? 1 : 0));

const names = Object.keys(data);
const lines = Array.from({ length: n }, (_, i) => names.map((name) => data[name][i]).join(','));
writeFileSync(file, `${[names.join(','), ...lines].join('\n')}\n`);
