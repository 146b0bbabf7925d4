// The tables of bench:tables, made from open data where it lies: train.csv, test.csv and schema.yaml in a folder of one's choice.
// usage: node bench/tables/datasets.mjs <folder> [adult|diabetes130]     ANAMNESIS_DATA: the open data (default ../shared/data)
// The schema declares public domains (from the data sets' published dictionaries), so that no budget goes into finding them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { Rng } from '../../dist/core/index.js';
import { Database, sqlString } from '../../dist/duckdb/index.js';
import { challenge2012 } from './challenge2012.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const dataRoot = process.env.ANAMNESIS_DATA ?? path.join(here, '..', '..', '..', 'shared', 'data');

/**
 * Each maker writes a folder and returns { name, labels, train, test, schema } (paths). `salt` deals Diabetes-130's patients to other halves: what was
 * tuned on one pair of halves is confirmed on another.
 */
export const makers = {
  adult,
  diabetes130,
  challenge2012: (folder) => challenge2012(folder, { dataRoot }),
  article,
};

/** Adult: the published split of comparisons of generators, cleaned. 24,102 + 12,472 rows, 15 columns; label income. */
async function adult(folder) {
  const columns = {
    age: numeric('count', 17, 90, { unit: 'a' }),
    workclass: category([
      'Federal-gov',
      'Local-gov',
      'Never-worked',
      'Private',
      'Self-emp-inc',
      'Self-emp-not-inc',
      'State-gov',
      'Without-pay',
    ]),
    fnlwgt: numeric('count', 10_000, 1_500_000),
    education: category([
      '10th',
      '11th',
      '12th',
      '1st-4th',
      '5th-6th',
      '7th-8th',
      '9th',
      'Assoc-acdm',
      'Assoc-voc',
      'Bachelors',
      'Doctorate',
      'HS-grad',
      'Masters',
      'Preschool',
      'Prof-school',
      'Some-college',
    ]),
    'education.num': numeric('count', 1, 16),
    'marital.status': category([
      'Divorced',
      'Married-AF-spouse',
      'Married-civ-spouse',
      'Married-spouse-absent',
      'Never-married',
      'Separated',
      'Widowed',
    ]),
    occupation: category([
      'Adm-clerical',
      'Armed-Forces',
      'Craft-repair',
      'Exec-managerial',
      'Farming-fishing',
      'Handlers-cleaners',
      'Machine-op-inspct',
      'Other-service',
      'Priv-house-serv',
      'Prof-specialty',
      'Protective-serv',
      'Sales',
      'Tech-support',
      'Transport-moving',
    ]),
    relationship: category(['Husband', 'Not-in-family', 'Other-relative', 'Own-child', 'Unmarried', 'Wife']),
    race: category(['Amer-Indian-Eskimo', 'Asian-Pac-Islander', 'Black', 'Other', 'White']),
    sex: { kind: 'binary', categories: ['Female', 'Male'] },
    'capital.gain': numeric('count', 0, 99_999),
    'capital.loss': numeric('count', 0, 5_000),
    'hours.per.week': numeric('count', 1, 99),
    'native.country': category([
      'Cambodia',
      'Canada',
      'China',
      'Columbia',
      'Cuba',
      'Dominican-Republic',
      'Ecuador',
      'El-Salvador',
      'England',
      'France',
      'Germany',
      'Greece',
      'Guatemala',
      'Haiti',
      'Holand-Netherlands',
      'Honduras',
      'Hong',
      'Hungary',
      'India',
      'Iran',
      'Ireland',
      'Italy',
      'Jamaica',
      'Japan',
      'Laos',
      'Mexico',
      'Nicaragua',
      'Outlying-US(Guam-USVI-etc)',
      'Peru',
      'Philippines',
      'Poland',
      'Portugal',
      'Puerto-Rico',
      'Scotland',
      'South',
      'Taiwan',
      'Thailand',
      'Trinadad&Tobago',
      'United-States',
      'Vietnam',
      'Yugoslavia',
    ]),
    income: { kind: 'binary', role: 'label', categories: ['<=50K', '>50K'] },
  };
  const from = (part) =>
    `SELECT ${Object.keys(columns)
      .map((c) => `nullif("${c}", '?') AS "${c}"`)
      .join(', ')}
     FROM read_csv(${sqlString(path.join(dataRoot, 'adult', `${part}.csv.gz`))}, all_varchar = true)`;
  return write(folder, { name: 'adult', columns, train: from('train'), test: from('test') });
}

const doses = ['No', 'Down', 'Steady', 'Up'];
/** ICD-9 groups of Strack et al. 2014 (BioMed Research International 2014:781670), table 2. */
const groups = [
  'circulatory',
  'diabetes',
  'digestive',
  'genitourinary',
  'injury',
  'musculoskeletal',
  'neoplasms',
  'other',
  'respiratory',
];
const specialties = [
  'Cardiology',
  'Emergency/Trauma',
  'Family/GeneralPractice',
  'InternalMedicine',
  'Nephrology',
  'Orthopedics',
  'Other',
  'Radiology',
  'Surgery-General',
];

/**
 * Diabetes-130: the first stay of a patient that did not end in death or hospice, half of the patients each for training and test;
 * 25 features, three labels to predict (readmission < 30 d, stay > 7 d, insulin given) and two columns that follow from the third.
 */
async function diabetes130(folder, { salt = 'anamnesis' } = {}) {
  const file = sqlString(path.join(dataRoot, 'diabetes130', 'diabetic_data.csv.gz'));
  const grouped = (c) => `CASE
      WHEN ${c} IN ('?', '') THEN NULL WHEN ${c} LIKE '250%' THEN 'diabetes'
      WHEN ${c} LIKE 'E%' OR ${c} LIKE 'V%' THEN 'other'
      ELSE (SELECT CASE
        WHEN n BETWEEN 390 AND 459 OR n = 785 THEN 'circulatory' WHEN n BETWEEN 460 AND 519 OR n = 786 THEN 'respiratory'
        WHEN n BETWEEN 520 AND 579 OR n = 787 THEN 'digestive' WHEN n BETWEEN 800 AND 999 THEN 'injury'
        WHEN n BETWEEN 710 AND 739 THEN 'musculoskeletal' WHEN n BETWEEN 580 AND 629 OR n = 788 THEN 'genitourinary'
        WHEN n BETWEEN 140 AND 239 THEN 'neoplasms' ELSE 'other' END
        FROM (SELECT floor(TRY_CAST(${c} AS DOUBLE)) AS n)) END`;
  const ages = Array.from({ length: 10 }, (_, i) => `[${i * 10}-${i * 10 + 10})`);
  const yes = { kind: 'binary', categories: ['no', 'yes'] };
  const dose = { kind: 'ordinal', categories: doses, missingAllowed: false };
  const all = {
    race: [category(['AfricanAmerican', 'Asian', 'Caucasian', 'Hispanic', 'Other']), `nullif(race, '?')`],
    gender: [{ kind: 'binary', categories: ['Female', 'Male'] }, `nullif(gender, 'Unknown/Invalid')`],
    age: [{ kind: 'ordinal', categories: ages, missingAllowed: false }, 'age'],
    admission_type: [
      category(['elective', 'emergency', 'urgent']),
      `CASE admission_type_id WHEN '1' THEN 'emergency' WHEN '7' THEN 'emergency' WHEN '2' THEN 'urgent' WHEN '3' THEN 'elective' END`,
    ],
    discharge_to: [
      category(['home', 'home health', 'other', 'rehabilitation', 'skilled nursing', 'hospital']),
      `CASE WHEN discharge_disposition_id = '1' THEN 'home' WHEN discharge_disposition_id IN ('6', '8') THEN 'home health' WHEN discharge_disposition_id IN ('3', '4', '15', '24') THEN 'skilled nursing' WHEN discharge_disposition_id = '22' THEN 'rehabilitation' WHEN discharge_disposition_id IN ('2', '5', '10', '27', '29', '30') THEN 'hospital' WHEN discharge_disposition_id IN ('18', '25', '26') THEN NULL ELSE 'other' END`,
    ],
    admission_source: [
      category(['emergency room', 'referral', 'transfer', 'other']),
      `CASE WHEN admission_source_id = '7' THEN 'emergency room' WHEN admission_source_id IN ('1', '2', '3') THEN 'referral' WHEN admission_source_id IN ('4', '5', '6', '10', '18', '22', '25', '26') THEN 'transfer' WHEN admission_source_id IN ('9', '15', '17', '20', '21') THEN NULL ELSE 'other' END`,
    ],
    specialty: [
      category(specialties),
      `CASE WHEN medical_specialty = '?' THEN NULL WHEN medical_specialty IN (${specialties.map(sqlString).join(', ')}) THEN medical_specialty WHEN medical_specialty LIKE 'Orthopedics%' THEN 'Orthopedics' WHEN medical_specialty LIKE 'Cardiology%' THEN 'Cardiology' ELSE 'Other' END`,
    ],
    num_lab_procedures: [numeric('count', 0, 130), 'num_lab_procedures'],
    num_procedures: [numeric('count', 0, 6), 'num_procedures'],
    num_medications: [numeric('count', 0, 80), 'num_medications'],
    number_outpatient: [numeric('count', 0, 40), 'number_outpatient'],
    number_emergency: [numeric('count', 0, 40), 'number_emergency'],
    number_inpatient: [numeric('count', 0, 20), 'number_inpatient'],
    diag_1: [category(groups), grouped('diag_1')],
    diag_2: [category(groups), grouped('diag_2')],
    diag_3: [category(groups), grouped('diag_3')],
    number_diagnoses: [numeric('count', 1, 16), 'number_diagnoses'],
    max_glu_serum: [
      { kind: 'ordinal', categories: ['Norm', '>200', '>300'] },
      `nullif(max_glu_serum, 'None')`,
    ],
    A1Cresult: [{ kind: 'ordinal', categories: ['Norm', '>7', '>8'] }, `nullif(A1Cresult, 'None')`],
    metformin: [dose, 'metformin'],
    glimepiride: [dose, 'glimepiride'],
    glipizide: [dose, 'glipizide'],
    glyburide: [dose, 'glyburide'],
    pioglitazone: [dose, 'pioglitazone'],
    rosiglitazone: [dose, 'rosiglitazone'],
    readmitted_30d: [{ ...yes, role: 'label' }, `CASE WHEN readmitted = '<30' THEN 'yes' ELSE 'no' END`],
    stay_over_7d: [{ ...yes, role: 'label' }, `CASE WHEN time_in_hospital::INT > 7 THEN 'yes' ELSE 'no' END`],
    insulin_given: [{ ...yes, role: 'label' }, `CASE WHEN insulin = 'No' THEN 'no' ELSE 'yes' END`],
    change: [{ kind: 'binary', role: 'label', categories: ['No', 'Ch'] }, 'change'],
    diabetesMed: [{ kind: 'binary', role: 'label', categories: ['No', 'Yes'] }, '"diabetesMed"'],
  };
  const columns = Object.fromEntries(Object.entries(all).map(([name, [schema]]) => [name, schema]));
  // which half a patient falls into is a hash of the public number, the same in every run
  const part = (half) => `SELECT patient_nbr, ${Object.entries(all)
    .map(([name, [, sql]]) => `${sql} AS "${name}"`)
    .join(', ')}
    FROM (SELECT *, md5(${sqlString(`${salt}/`)} || patient_nbr) AS hash FROM read_csv(${file}, all_varchar = true)
          WHERE discharge_disposition_id NOT IN ('11', '13', '14', '19', '20', '21')
          QUALIFY row_number() OVER (PARTITION BY patient_nbr ORDER BY encounter_id::BIGINT) = 1)
    WHERE (hash < '8') = ${half} ORDER BY hash`;
  return write(folder, {
    name: 'diabetes130',
    columns: { patient_nbr: { role: 'key' }, ...columns },
    train: part(true),
    test: part(false),
    /** Columns that follow from a label may not help to predict it. */
    exclude: { insulin_given: ['change', 'diabetesMed'], stay_over_7d: [], readmitted_30d: [] },
    tasks: ['readmitted_30d', 'stay_over_7d', 'insulin_given'],
  });
}

/**
 * The 18 columns of a well-known tutorial on synthetic clinical tables (age to 30-day readmission), made up: independent features and a label from a linear
 * score with normal noise, of which the upper 18 % are readmitted. 10,000 rows to learn from and 10,000 to test.
 */
async function article(folder) {
  const rng = Rng.create('article');
  const flag = { kind: 'binary', categories: ['0', '1'] };
  const lab = (low, high, decimals) => ({ ...numeric('continuous', low, high), decimals });
  const columns = {
    age: numeric('count', 18, 100, { unit: 'a' }),
    sex: { kind: 'binary', categories: ['F', 'M'] },
    race: category(['White', 'Black', 'Hispanic', 'Asian', 'Other']),
    systolic_bp: numeric('count', 80, 220),
    heart_rate: numeric('count', 40, 150),
    spo2: lab(85, 100, 1),
    hba1c: lab(4, 14, 1),
    creatinine: lab(0.5, 12, 2),
    hemoglobin: lab(5, 18, 1),
    wbc: lab(2, 30, 1),
    prior_admissions_12m: numeric('count', 0, 20),
    ed_visits_12m: numeric('count', 0, 20),
    num_medications: numeric('count', 0, 30),
    has_diabetes: flag,
    has_chf: flag,
    has_copd: flag,
    length_of_stay: numeric('count', 1, 60),
    readmitted_30d: { ...flag, role: 'label' },
  };
  const clip = (x, [low, high], decimals) => Number(Math.min(Math.max(x, low), high).toFixed(decimals));
  const normal = (mean, deviation, name) => {
    const { bounds, decimals } = columns[name];
    return clip(mean + deviation * rng.normal(), bounds, decimals);
  };
  const lognormal = (mean, deviation, name) => {
    const { bounds, decimals } = columns[name];
    return clip(Math.exp(mean + deviation * rng.normal()), bounds, decimals);
  };
  const poisson = (mean) => {
    let [count, time] = [-1, 0];
    while (time < mean) {
      time += rng.exponential();
      count++;
    }
    return count;
  };
  const bit = (share) => Number(rng.next() < share);
  const rows = Array.from({ length: 20_000 }, () => {
    const row = {
      age: normal(65, 15, 'age'),
      sex: rng.next() < 0.48 ? 'M' : 'F',
      race: columns.race.categories[rng.weightedIndex([0.58, 0.22, 0.12, 0.05, 0.03])],
      systolic_bp: normal(130, 20, 'systolic_bp'),
      heart_rate: normal(78, 15, 'heart_rate'),
      spo2: normal(96, 2, 'spo2'),
      hba1c: normal(6.5, 1.8, 'hba1c'),
      creatinine: lognormal(0.1, 0.4, 'creatinine'),
      hemoglobin: normal(12.5, 2, 'hemoglobin'),
      wbc: normal(8, 3, 'wbc'),
      prior_admissions_12m: poisson(1.2),
      ed_visits_12m: poisson(0.8),
      num_medications: poisson(5),
      has_diabetes: bit(0.3),
      has_chf: bit(0.15),
      has_copd: bit(0.12),
      length_of_stay: lognormal(1, 0.7, 'length_of_stay'),
    };
    const score =
      0.02 * row.age +
      0.5 * row.prior_admissions_12m +
      0.3 * row.ed_visits_12m +
      0.8 * row.has_chf +
      0.4 * row.has_diabetes +
      0.1 * row.hba1c +
      0.3 * row.creatinine -
      0.05 * row.hemoglobin +
      rng.normal();
    return { ...row, score };
  });
  const limit = rows.map((row) => row.score).sort((a, b) => a - b)[Math.floor(0.82 * rows.length)];
  const lines = rows.map(({ score, ...row }) => [...Object.values(row), Number(score > limit)].join());
  const csv = (from, to) => `${Object.keys(columns).join()}\n${lines.slice(from, to).join('\n')}\n`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'train.csv'), csv(0, 10_000));
  writeFileSync(path.join(folder, 'test.csv'), csv(10_000, 20_000));
  return writeSchema(folder, { name: 'article', columns });
}

function numeric(kind, low, high, more = {}) {
  return { kind, bounds: [low, high], decimals: 0, ...more };
}
function category(categories) {
  return { kind: 'categorical', categories };
}

async function write(folder, { train, test, ...table }) {
  mkdirSync(folder, { recursive: true });
  const at = (file) => path.join(folder, file);
  const db = await Database.open({ threads: 1 });
  try {
    for (const [file, sql] of [
      ['train.csv', train],
      ['test.csv', test],
    ])
      await db.exec(`COPY (${sql}) TO ${sqlString(at(file))} (FORMAT csv, HEADER true)`);
  } finally {
    db.close();
  }
  return writeSchema(folder, table);
}

function writeSchema(folder, { name, columns, exclude = {}, tasks }) {
  const at = (file) => path.join(folder, file);
  const labels =
    tasks ??
    Object.entries(columns)
      .filter(([, c]) => c.role === 'label')
      .map(([c]) => c);
  // whoever knows the data set's dictionary knows this without the records
  const declared = Object.fromEntries(
    Object.entries(columns).map(([c, { missingAllowed, ...schema }]) => [
      c,
      schema.role === 'key' ? schema : { ...schema, domain: 'declared' },
    ]),
  );
  writeFileSync(at('schema.yaml'), stringify({ columns: declared }));
  writeFileSync(at('tasks.json'), JSON.stringify({ name, labels, exclude }, null, 2));
  return { name, labels, exclude, train: at('train.csv'), test: at('test.csv'), schema: at('schema.yaml') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...names] = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(makers))
    await makers[name](path.join(folder, name));
}
