import path from 'node:path';
import { Rng } from '../../core/index.js';
import { writeFileAtomic } from '../../runtime/index.js';
import type { History, Stay } from './history.js';
import { drawHistory } from './history.js';
import { drawOffsets, measureStay } from './measurements.js';
import { parameters } from './parameters.js';

/** Where {@link writeBlock} is found by worker threads. */
export const blockModule = import.meta.url;

/** A block of patients, small enough for one worker's memory. */
interface BlockInput {
  /** Key of the hospital's stream. */
  readonly key: string;
  readonly hospitals: number;
  /** Subjects `from` … `to` − 1. */
  readonly from: number;
  readonly to: number;
  /** Folder that the files go to. */
  readonly folder: string;
}

/**
 * Columns of the files that {@link writeBlock} makes, with DuckDB types. Times are minutes since 1970, `stay` counts a
 * subject's admissions from 1, `analyte` is an index into `observed`; index.ts turns all of them into the store's form.
 */
export const layouts = {
  subjects: {
    subject: 'BIGINT',
    birth: 'BIGINT',
    death: 'BIGINT',
    sex: 'VARCHAR',
    race: 'VARCHAR',
    ethnicity: 'VARCHAR',
    language: 'VARCHAR',
    region: 'VARCHAR',
    payer: 'VARCHAR',
  },
  stays: {
    subject: 'BIGINT',
    stay: 'INTEGER',
    class: 'VARCHAR',
    start: 'BIGINT',
    end: 'BIGINT',
    unit: 'VARCHAR',
    admit_source: 'VARCHAR',
    disposition: 'VARCHAR',
    reason: 'VARCHAR',
    hospital: 'INTEGER',
    admission_type: 'VARCHAR',
    age: 'DOUBLE',
    died: 'BOOLEAN',
  },
  conditions: {
    subject: 'BIGINT',
    stay: 'INTEGER',
    time: 'BIGINT',
    code: 'VARCHAR',
    sequence: 'INTEGER',
  },
  observations: {
    subject: 'BIGINT',
    stay: 'INTEGER',
    time: 'BIGINT',
    analyte: 'INTEGER',
    value: 'DOUBLE',
  },
} as const;

type Cell = string | number | boolean | null;

/**
 * Worker task: draws the patients of a block, each from a stream of their own, and writes them as CSV files without header.
 * @public called by name on worker threads
 */
export async function writeBlock(input: BlockInput): Promise<void> {
  const root = Rng.fromKey(input.key);
  const lines: Record<keyof typeof layouts, string[]> = {
    subjects: [],
    stays: [],
    conditions: [],
    observations: [],
  };
  const add = (file: keyof typeof layouts, ...cells: Cell[]): void => {
    lines[file].push(cells.map((cell) => cell ?? '').join(','));
  };
  for (let subject = input.from; subject < input.to; subject++) {
    const rng = root.split('patient', subject);
    const history = drawHistory(rng.split('history'), input.hospitals);
    const offsets = drawOffsets(rng.split('offsets'));
    addSubject(add, subject, history);
    for (const [index, stay] of history.stays.entries()) {
      const stream = rng.split('record', index);
      addStay(add, { subject, stay, number: index + 1, history });
      addConditions(add, { subject, stay, number: index + 1, rng: stream.split('codes') });
      for (const o of measureStay(stream.split('measurements'), stay.admission, offsets))
        add('observations', subject, index + 1, o.minute, o.analyte, o.value);
    }
  }
  for (const [file, text] of Object.entries(lines)) {
    const name = `${file}-${String(input.from).padStart(8, '0')}.csv`;
    await writeFileAtomic(path.join(input.folder, name), text.map((line) => `${line}\n`).join(''));
  }
}

type Add = (file: keyof typeof layouts, ...cells: Cell[]) => void;

function addSubject(add: Add, subject: number, { person, deathMinute }: History): void {
  const birth = person.firstMinute - Math.round(person.age * 365.25 * 1440);
  const { sex, race, ethnicity, language, region, payer } = person;
  add('subjects', subject, birth, deathMinute ?? null, sex, race, ethnicity, language, region, payer);
}

function addStay(
  add: Add,
  { subject, stay, number, history }: { subject: number; stay: Stay; number: number; history: History },
): void {
  const { admission, disposition } = stay;
  const { endMinute, diagnosis, icu } = admission;
  const age = (minute: number): number =>
    history.person.age + (minute - history.person.firstMinute) / (365.25 * 1440);
  const row = (kind: string, unit: string | null, span: { startMinute: number; endMinute: number }): void => {
    const { startMinute: from, endMinute: to } = span;
    const died = admission.died && to === endMinute;
    const { admitSource, hospital, admissionType } = admission;
    const start = [subject, number, kind, from, to, unit, admitSource, disposition, diagnosis.code];
    add('stays', ...start, hospital + 1, admissionType, age(from), died);
  };
  row('inpatient', null, admission);
  if (icu !== undefined) row('icu', `${diagnosis.icuUnit} intensive care`, icu);
}

/** Diagnoses are coded at discharge: the primary one first, then the chronic conditions that the coder noticed. */
function addConditions(
  add: Add,
  { subject, stay, number, rng }: { subject: number; stay: Stay; number: number; rng: Rng },
): void {
  const { traits, diagnosis, endMinute } = stay.admission;
  const { list, recordedShare } = parameters.conditions;
  const present = list.filter((c) => rng.next() < recordedShare.value && traits[c.id] === 1);
  const codes = [diagnosis.code, ...present.map((c) => c.code).filter((code) => code !== diagnosis.code)];
  for (const [i, code] of codes.entries()) add('conditions', subject, number, endMinute, code, i + 1);
}
