// Draws simulated admissions as timelines, one SVG each, to be read by eye: where care is given, hidden acuity, vital signs, laboratory values, drugs and
// procedures, diagnoses, and what studies and operations showed.
//
//   anamnesis simulate --admissions 10 --seed read --format cohort --truth -o stays/
//   npm run build && node bench/timelines.mjs stays/ -o drawings/
//
// The stays are synthetic; never run it on real records.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { CohortStore } = await dist('cohort/index.js');
const { Database } = await dist('duckdb/index.js');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', short: 'o', default: 'drawings' } },
});
const folder = positionals[0] ?? '.';
const panels = [
  {
    title: 'Heart rate /min, systolic mmHg',
    lines: [
      ['8867-4', '#b03a2e'],
      ['8480-6', '#21618c'],
    ],
    from: 30,
    to: 200,
  },
  { title: 'Respiratory rate /min', lines: [['9279-1', '#117864']], from: 5, to: 45 },
  { title: 'SpO2 %', lines: [['59408-5', '#2e86c1']], from: 75, to: 100 },
  { title: 'Temperature °C', lines: [['8310-5', '#af601a']], from: 35, to: 41 },
  { title: 'Glasgow coma score', lines: [['9269-2', '#6c3483']], from: 3, to: 15 },
  {
    title: 'Creatinine mg/dL, potassium mmol/L',
    lines: [
      ['2160-0', '#b03a2e'],
      ['2823-3', '#7d6608'],
    ],
    from: 0,
    to: 8,
  },
  {
    title: 'Lactate mmol/L, bilirubin mg/dL',
    lines: [
      ['2524-7', '#1a5276'],
      ['1975-2', '#b7950b'],
    ],
    from: 0,
    to: 10,
  },
  {
    title: 'Leukocytes 10³/µL, haemoglobin g/dL',
    lines: [
      ['6690-2', '#566573'],
      ['718-7', '#c0392b'],
    ],
    from: 0,
    to: 30,
  },
  { title: 'Platelets 10³/µL', lines: [['777-3', '#7d3c98']], from: 0, to: 400 },
];
/** What studies and operations show: impression, findings, blood loss, implants. */
const told = new Set(['19005-8', '59776-5', '59770-8', '59771-6']);
const width = 1100;
const left = 210;
const height = 62;
/** Readings nearer than this to the one before, in pixels, are left out of the drawing. */
const nearest = 3;

const store = await CohortStore.open(path.join(folder, 'cohort'));
const db = await Database.open({ threads: 1 });
await store.views(db);
const onsets = new Map();
const latent = readTruth(path.join(folder, 'truth', 'truth.csv'));
mkdirSync(flags.out, { recursive: true });
for (const [i, stay] of (await stays()).entries()) {
  const file = path.join(flags.out, `stay-${String(i + 1).padStart(2, '0')}.svg`);
  writeFileSync(file, draw(await contentOf(stay)));
  console.log(
    `${file}: ${stay.reason ?? 'no reason'}, ${(stay.hours / 24).toFixed(1)} days, ${stay.outcome ?? 'still there'}`,
  );
}
db.close();

/** Each patient's last admission that has vital signs. */
async function stays() {
  const rows = await db.rows(`
    SELECT a.subject_id, a.encounter_id, epoch(a.start) AS start, epoch(a."end") AS end, s.source_id AS person, s.sex, a.age_years AS age,
      a.died, a.discharge_disposition AS disposition, coalesce(c.display, a.reason_code) AS reason
    FROM encounters a JOIN subjects s USING (subject_id) LEFT JOIN codes c ON c.code = a.reason_code
    WHERE a.class = 'inpatient' AND a."end" IS NOT NULL AND EXISTS (
      SELECT 1 FROM events e WHERE e.encounter_id = a.encounter_id AND e.code = 'LOINC//8867-4')
    QUALIFY row_number() OVER (PARTITION BY a.subject_id ORDER BY a.start DESC) = 1 ORDER BY a.subject_id`);
  return rows.map((row) => ({
    ...row,
    subject: String(row.subject_id),
    start: Number(row.start),
    hours: (Number(row.end) - Number(row.start)) / 3600,
    outcome: row.died === true ? 'died' : `left (${row.disposition})`,
  }));
}

async function contentOf(stay) {
  const near = `e.subject_id = ${stay.subject} AND epoch(e.time) >= ${stay.start - 43_200} AND epoch(e.time) <= ${stay.start + stay.hours * 3600 + 60}`;
  const hour = (name) => `(epoch(${name}) - ${stay.start}) / 3600`;
  const events = await db.rows(`
    SELECT e.kind, split_part(e.code, '//', 2) AS code, coalesce(c.display, e.code) AS name, ${hour('e.time')} AS at, ${hour('e.end_time')} AS until,
      e.numeric_value AS value, e.text_value AS text FROM events e LEFT JOIN codes c USING (code) WHERE ${near} ORDER BY e.time`);
  const places = await db.rows(`
    SELECT class, ${hour('start')} AS at, ${hour('"end"')} AS until FROM encounters
    WHERE subject_id = ${stay.subject} AND class IN ('inpatient', 'icu', 'emergency') AND epoch(start) BETWEEN ${stay.start - 86_400}
      AND ${stay.start + stay.hours * 3600} ORDER BY start, class <> 'inpatient'`);
  const known = await db.rows(`
    SELECT DISTINCT coalesce(c.display, e.code) AS name FROM events e LEFT JOIN codes c USING (code)
    WHERE e.subject_id = ${stay.subject} AND e.kind = 'condition' AND epoch(e.time) < ${stay.start - 86_400}
      AND (e.end_time IS NULL OR epoch(e.end_time) > ${stay.start})`);
  const acuity = (latent.get(stay.person) ?? []).filter(
    ({ time }) => time >= stay.start - 86_400 && time <= stay.start + stay.hours * 3600,
  );
  return { stay, events, places, known: known.map(({ name }) => name), acuity };
}

/** How long the illness of a stay had lasted at arrival, in words; empty where the truth does not say it. */
function illFor({ person, start }) {
  const hours = onsets.get(`${person} ${Math.round(start * 1000)}`);
  return hours === undefined
    ? ''
    : `, ill for ${hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`}`;
}

/** Latent acuity by person; hours since onset by person and time of arrival go to `onsets`. */
function readTruth(file) {
  const by = new Map();
  if (!existsSync(file)) return by;
  for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
    const cells = line.split(',');
    if (cells[1] !== 'latent') continue;
    if (cells[3] === 'hours since onset') onsets.set(`${cells[0]} ${Date.parse(cells[5])}`, Number(cells[4]));
    if (cells[3] !== 'acuity') continue;
    if (!by.has(cells[0])) by.set(cells[0], []);
    by.get(cells[0]).push({ time: Date.parse(cells[5]) / 1000, value: Number(cells[4]) });
  }
  return by;
}

function draw({ stay, events, places, known, acuity }) {
  const first = Math.min(0, ...places.map(({ at }) => Number(at)));
  const x = (hour) => left + ((hour - first) / Math.max(1, stay.hours - first)) * (width - left - 20);
  const parts = [];
  let top = 20;
  const say = (at, y, words, more = '') =>
    parts.push(`<text x="${at.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(words)}</text>`);
  say(
    10,
    top,
    `${stay.sex}, ${Math.floor(Number(stay.age))} years: ${stay.reason}${illFor(stay)}; ${(stay.hours / 24).toFixed(1)} days, ${stay.outcome}`,
    'font-weight="bold"',
  );
  say(10, (top += 16), `before: ${known.join('; ').slice(0, 190)}`, 'fill="#666"');
  const found = events
    .filter(({ kind }) => kind === 'condition')
    .map(({ name, at }) => `${name} (h ${Math.round(Number(at))})`);
  say(10, (top += 16), `found: ${found.join('; ').slice(0, 190)}`, 'fill="#666"');
  top += 12;
  for (const [i, { class: kind, at, until }] of places.entries()) {
    const colour = { icu: '#e6b0aa', emergency: '#fad7a0', inpatient: '#d5dbdb' }[kind];
    parts.push(
      `<rect x="${x(Number(at)).toFixed(1)}" y="${top + (kind === 'icu' ? 8 : 0)}" width="${Math.max(1, x(Number(until ?? stay.hours)) - x(Number(at))).toFixed(1)}" height="10" fill="${colour}"/>`,
    );
    if (i === 0) say(10, top + 10, 'emergency, ward, intensive care');
  }
  top += 26;
  const curves = [
    {
      title: 'hidden acuity',
      from: -0.3,
      to: 5,
      series: [[acuity.map(({ time, value }) => [(time - stay.start) / 3600, value]), '#000']],
    },
    ...panels.map(({ title, lines, from, to }) => ({
      title,
      from,
      to,
      series: lines.map(([code, colour]) => [
        events.filter((e) => e.code === code && e.value !== null).map((e) => [Number(e.at), Number(e.value)]),
        colour,
      ]),
    })),
  ];
  for (const { title, from, to, series } of curves) {
    const y = (value) => top + height - ((Math.min(to, Math.max(from, value)) - from) / (to - from)) * height;
    parts.push(
      `<rect x="${left}" y="${top}" width="${width - left - 20}" height="${height}" fill="none" stroke="#ccc"/>`,
    );
    say(10, top + 14, title);
    say(left - 6, top + 10, String(to), 'text-anchor="end" fill="#888"');
    say(left - 6, top + height, String(from), 'text-anchor="end" fill="#888"');
    for (const [points, colour] of series) {
      if (points.length === 0) continue;
      let last = -Infinity;
      const at = points.flatMap(([h, v]) => {
        if (x(h) - last < nearest) return [];
        last = x(h);
        return [`${x(h).toFixed(0)} ${y(v).toFixed(0)}`];
      });
      parts.push(
        `<path fill="none" stroke="${colour}" d="M${at.join('L')}"/>`,
        `<path stroke="${colour}" stroke-width="3" stroke-linecap="round" d="${at.map((one) => `M${one}h0`).join('')}"/>`,
      );
    }
    top += height + 8;
  }
  for (let day = 0; day * 24 <= stay.hours; day++) {
    const at = x(day * 24).toFixed(1);
    parts.push(`<line x1="${at}" x2="${at}" y1="60" y2="${top}" stroke="#eee"/>`);
    say(Number(at) + 2, top + 4, `d ${day}`, 'fill="#888"');
  }
  top += 18;
  const done = events.filter(({ kind }) => ['medication', 'procedure', 'imaging'].includes(kind));
  for (const [name, list] of group(done)) {
    say(10, top + 9, String(name).slice(0, 38));
    for (const { at, until, kind } of list) {
      const end = Math.min(stay.hours, Number(until ?? (kind === 'medication' ? stay.hours : at)));
      parts.push(
        `<rect x="${x(Number(at)).toFixed(1)}" y="${top}" width="${Math.max(2, x(end) - x(Number(at))).toFixed(1)}" height="9" fill="${kind === 'medication' ? '#7fb3d5' : '#f0b27a'}" stroke="#fff"/>`,
      );
    }
    top += 13;
  }
  top += 8;
  for (const { at, name, text, value } of events.filter(({ code }) => told.has(code)))
    say(
      10,
      (top += 13),
      `h ${Math.round(Number(at))}: ${text ?? `${name.replace('Procedure ', '').replace(' Narrative', '')} ${value} mL`}`.slice(
        0,
        190,
      ),
      'fill="#444"',
    );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 10}" font-family="DejaVu Sans, sans-serif" font-size="10"><rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`;
}

function group(list) {
  const by = new Map();
  for (const one of list) by.set(one.name, [...(by.get(one.name) ?? []), one]);
  return by;
}

function escape(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
