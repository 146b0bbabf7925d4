// How chronic illnesses hang together in simulated admissions, beside the past history of real ones: share of patients with each of twenty conditions, and
// mutual information and log odds ratio of every pair of them on both sides, with rank correlation.
//
//   npm run build && node bench/comorbidity.mjs --real <eICU cohort store> --simulated raw=<cohort store> [--simulated …] [--icu] [--resamples 200] [--seed 1]
//
// Simulated stores: anamnesis simulate --admissions 3000 --like <eICU store> --format cohort -o …
// Simulated: conditions known before a patient's last admission that has vital signs, and not over by then. With --icu only patients who see intensive care in it, as
// all of eICU's do. Real: parts of the paths of eICU's past history. Conditions that a side has in less than 0.5 % are left out and named. The interval is a
// bootstrap over patients of both sides. No patient's value is printed.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { Rng } = await dist('core/index.js');
const { CohortStore } = await dist('cohort/index.js');
const { Database } = await dist('duckdb/index.js');
const { mutualInformation, pearson, spearman } = await dist('numerics/index.js');

const { values: flags } = parseArgs({
  options: {
    real: { type: 'string' },
    simulated: { type: 'string', multiple: true, default: [] },
    icu: { type: 'boolean', default: false },
    resamples: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});

/** Prefixes of ICD-10-CM in simulated records, and parts of paths of eICU's past history. */
const conditions = {
  hypertension: [['I10', 'I11', 'I12', 'I13'], ['Hypertension Requiring']],
  diabetes: [
    ['E10', 'E11'],
    ['Insulin Dependent Diabetes', 'Non-Insulin Dependent Diabetes'],
  ],
  'heart failure': [['I50'], ['Congestive Heart Failure']],
  'coronary disease': [
    ['I20', 'I21', 'I25', 'Z95.1'],
    ['Myocardial Infarction', 'Coronary', 'Angina'],
  ],
  'bypass surgery': [['Z95.1'], ['Coronary Artery Bypass']],
  'atrial fibrillation': [['I48'], ['atrial fibrillation']],
  'valve disease': [['I34', 'I35', 'Z95.2'], ['Valve disease']],
  'peripheral vascular disease': [['I73', 'I71', 'I70'], ['Peripheral Vascular Disease']],
  'venous thrombosis': [
    ['I26', 'I82', 'Z86.71'],
    ['Venous Thrombosis', 'Pulmonary Embolism'],
  ],
  stroke: [
    ['I63', 'I69', 'Z86.73'],
    ['Strokes', 'TIA'],
  ],
  COPD: [['J43', 'J44'], ['/COPD/']],
  asthma: [['J45'], ['/Asthma/']],
  'kidney disease': [['N18'], ['Renal  (R)/Renal']],
  dementia: [['F01', 'F02', 'F03', 'G30'], ['Dementia']],
  seizures: [['G40'], ['Seizures']],
  hypothyroidism: [['E03'], ['Hypothyroidism']],
  cancer: [['C', 'Z85'], ['Cancer/']],
  cirrhosis: [['K70', 'K74'], ['Cirrhosis']],
  'rheumatoid arthritis': [['M05', 'M06'], ['Rheumatoid']],
  'peptic ulcer': [['K25', 'K26', 'K27'], ['Peptic Ulcer']],
};
const names = Object.keys(conditions);
const realCodes = "SELECT DISTINCT subject_id, code FROM events WHERE code LIKE 'EICU_PAST//%'";
const simulatedCodes = `
  WITH stay AS (
    SELECT subject_id, encounter_id, start FROM encounters a
    WHERE class = 'inpatient' AND EXISTS (SELECT 1 FROM events e WHERE e.encounter_id = a.encounter_id AND e.code = 'LOINC//8867-4')
    QUALIFY row_number() OVER (PARTITION BY subject_id ORDER BY start DESC) = 1)
  SELECT DISTINCT e.subject_id, e.code FROM stay LEFT JOIN events e ON e.subject_id = stay.subject_id
    AND (e.kind <> 'condition' OR epoch(e.time) < epoch(stay.start) - 43200 AND (e.end_time IS NULL OR epoch(e.end_time) > epoch(stay.start)))
  WHERE (e.kind = 'condition' OR e.code = 'LOINC//8867-4')
  ${flags.icu ? "AND EXISTS (SELECT 1 FROM encounters i WHERE i.class = 'icu' AND i.parent_id = stay.encounter_id)" : ''}`;

const real = await side(flags.real, realCodes, (code, [, paths]) =>
  paths.some((part) => code.includes(part)),
);
for (const text of flags.simulated) {
  const [name, dir] = text.split('=', 2);
  const made = await side(dir, simulatedCodes, (code, [prefixes]) =>
    prefixes.some((prefix) => code.startsWith(`ICD10CM//${prefix}`)),
  );
  compare(name, made);
}

/** One row of flags a patient, condition by condition. */
async function side(dir, sql, pick) {
  const store = await CohortStore.open(dir);
  const db = await Database.open({ threads: 1 });
  await store.views(db);
  const by = new Map();
  for (const { subject_id: id, code } of await db.rows(sql)) {
    const key = String(id);
    if (!by.has(key)) by.set(key, new Uint8Array(names.length));
    for (const [i, name] of names.entries()) if (pick(String(code), conditions[name])) by.get(key)[i] = 1;
  }
  db.close();
  return [...by.values()];
}

function compare(name, made) {
  const share = (rows, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
  const kept = [...names.keys()].filter((i) => share(real, i) > 0.005 && share(made, i) > 0.005);
  console.log(
    `\n| condition | real (${real.length}) | ${name} (${made.length}${flags.icu ? ', intensive care' : ''}) |\n| --- | ---: | ---: |`,
  );
  for (const [i, condition] of names.entries())
    console.log(
      `| ${condition}${kept.includes(i) ? '' : ' (left out)'} | ${(100 * share(real, i)).toFixed(1)} % | ${(100 * share(made, i)).toFixed(1)} % |`,
    );
  const found = agreement(real, made, kept);
  const rng = Rng.create(flags.seed);
  const draw = (rows) => rows.map(() => rows[rng.int(rows.length)]);
  const again = Array.from({ length: Number(flags.resamples) }, () =>
    agreement(draw(real), draw(made), kept),
  );
  const twin = Array.from(
    { length: Number(flags.resamples) },
    () => agreement(draw(real), draw(real), kept).spearman,
  );
  const interval = (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    return `${sorted[Math.floor(0.025 * sorted.length)].toFixed(2)} to ${sorted[Math.floor(0.975 * sorted.length)].toFixed(2)}`;
  };
  const all = (key) => `${found[key].toFixed(2)} (${interval(again.map((one) => one[key]))})`;
  console.log(
    `${name}: ${found.pairs} pairs of ${kept.length} conditions. Mutual information: Spearman ${all('spearman')}, Pearson ${all('pearson')}; ` +
      `log odds ratios: Pearson ${all('odds')}; shares: Pearson of logits ${all('shares')}. Two bootstraps of the real side: Spearman ${interval(twin)}`,
  );
}

/** How the pairs of two sides hang together. */
function agreement(a, b, kept) {
  const pairs = kept.flatMap((i) => kept.filter((j) => j > i).map((j) => [i, j]));
  const of = (rows) =>
    pairs.map(([i, j]) => {
      const counts = [0, 0, 0, 0];
      for (const row of rows) counts[2 * row[i] + row[j]]++;
      const odds = ((counts[0] + 0.5) * (counts[3] + 0.5)) / ((counts[1] + 0.5) * (counts[2] + 0.5));
      return { information: mutualInformation(counts, 2), odds: Math.log(odds) };
    });
  const logits = (rows) =>
    kept.map((i) => {
      const n = rows.reduce((sum, row) => sum + row[i], 0);
      return Math.log((n + 0.5) / (rows.length - n + 0.5));
    });
  const [own, other] = [of(a), of(b)];
  const get = (list, key) => list.map((one) => one[key]);
  return {
    pairs: pairs.length,
    spearman: spearman(get(own, 'information'), get(other, 'information')),
    pearson: pearson(get(own, 'information'), get(other, 'information')),
    odds: pearson(get(own, 'odds'), get(other, 'odds')),
    shares: pearson(logits(a), logits(b)),
  };
}
