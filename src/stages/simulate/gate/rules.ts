import type { Coding, PatientRecord } from '../../../cohort/index.js';
import { hasCodeForm } from '../module/code-forms.js';

/** One thing that is wrong with a record: which rule, in which list, at which position. Never a value. */
export interface Finding {
  readonly rule: RuleId;
  readonly list: string;
  readonly position: number;
}

export const ruleIds = [
  'code-form',
  'no-code',
  'order-of-times',
  'before-birth',
  'after-death',
  'after-end',
  'dangling-reference',
  'outside-encounter',
  'sorted',
  'unique-id',
  'value-form',
] as const;
export type RuleId = (typeof ruleIds)[number];

/** Codes that have passed: modules use the same objects over and over, and they do not change. */
const passed = new WeakSet<Coding>();

/** Whether a code has the form of its system, and a name. */
function hasForm(coding: Coding): boolean {
  if (passed.has(coding)) return true;
  const { system, code, display } = coding;
  const fine = display !== '' && hasCodeForm(system, code);
  if (fine) passed.add(coding);
  return fine;
}

function haveForm(codes: readonly Coding[]): boolean {
  for (const coding of codes) if (!hasForm(coding)) return false;
  return true;
}

interface Entry {
  readonly id: string;
  readonly codes: readonly Coding[];
  readonly encounter: number | null;
}

/** A list of a record, with the times of an entry and whether it may lie before birth or outlast its encounter. */
interface Listed {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly start: (i: number) => number;
  readonly end: (i: number) => number | null;
  /** Whether its start has to lie within the encounter that it names. */
  readonly within: boolean;
}

function listsOf(record: PatientRecord): Listed[] {
  const point = (name: string, entries: readonly (Entry & { readonly time: number })[]): Listed => ({
    name,
    entries,
    start: (i) => entries[i]!.time,
    end: () => null,
    within: true,
  });
  const span = (
    name: string,
    entries: readonly (Entry & { readonly start: number; readonly end: number | null })[],
    within: boolean,
  ): Listed => ({
    name,
    entries,
    start: (i) => entries[i]!.start,
    end: (i) => entries[i]!.end,
    within,
  });
  const { conditions } = record;
  return [
    span('encounters', record.encounters, false),
    {
      name: 'conditions',
      entries: conditions,
      start: (i) => conditions[i]!.recorded,
      end: (i) => conditions[i]!.abatement,
      within: true,
    },
    span('allergies', record.allergies, false),
    point('observations', record.observations),
    point('reports', record.reports),
    span('procedures', record.procedures, true),
    span('medications', record.medications, true),
    point('immunizations', record.immunizations),
    point('imaging', record.imaging),
    span('devices', record.devices, true),
    point('supplies', record.supplies),
    span('carePlans', record.carePlans, true),
    point('notes', record.notes),
  ];
}

/** Checks a record's structure. Empty: it may be written. */
export function checkRecord(record: PatientRecord): Finding[] {
  const findings: Finding[] = [];
  const ids = new Set<string>();
  for (const list of listsOf(record)) {
    const say = (rule: RuleId, position: number): void => {
      findings.push({ rule, list: list.name, position });
    };
    checkList(record, list, ids, say);
  }
  checkReferences(record, findings);
  checkConditions(record, findings);
  checkValues(record, findings);
  return findings;
}

type Say = (rule: RuleId, position: number) => void;

function checkList(record: PatientRecord, list: Listed, ids: Set<string>, say: Say): void {
  const { birthTime, deathTime } = record.person;
  let last = -Infinity;
  for (let i = 0; i < list.entries.length; i++) {
    const entry = list.entries[i]!;
    const start = list.start(i);
    const end = list.end(i);
    if (entry.codes.length === 0) say('no-code', i);
    if (!haveForm(entry.codes)) say('code-form', i);
    if (entry.id === '' || ids.size === ids.add(entry.id).size) say('unique-id', i);
    if (start < birthTime) say('before-birth', i);
    if (deathTime !== null && (start > deathTime || (end !== null && end > deathTime))) say('after-death', i);
    if (start > record.endTime || (end !== null && end > record.endTime)) say('after-end', i);
    if (end !== null && end < start) say('order-of-times', i);
    if (list.name !== 'allergies' && start < last) say('sorted', i);
    last = start;
    if (entry.encounter === null) continue;
    const encounter = record.encounters[entry.encounter];
    if (encounter === undefined) say('dangling-reference', i);
    else if (list.within && (start < encounter.start || (encounter.end !== null && start > encounter.end)))
      say('outside-encounter', i);
  }
}

function checkReferences(record: PatientRecord, findings: Finding[]): void {
  const missing = (
    list: string,
    position: number,
    index: number | null | undefined,
    of: readonly unknown[],
  ): void => {
    if (index !== null && index !== undefined && of[index] === undefined)
      findings.push({ rule: 'dangling-reference', list, position });
  };
  const { conditions, observations, coverages, encounters } = record;
  for (let i = 0; i < encounters.length; i++) {
    const e = encounters[i]!;
    missing('encounters', i, e.parent, encounters);
    missing('encounters', i, e.coverage, coverages);
    missing('encounters', i, e.reason?.condition, conditions);
  }
  record.procedures.forEach((p, i) => {
    missing('procedures', i, p.reason?.condition, conditions);
  });
  record.medications.forEach((m, i) => {
    missing('medications', i, m.reason?.condition, conditions);
  });
  for (const [i, c] of record.carePlans.entries()) {
    missing('carePlans', i, c.reason?.condition, conditions);
    for (const goal of c.goals)
      for (const address of goal.addresses) missing('carePlans', i, address, conditions);
  }
  for (const [i, r] of record.reports.entries())
    for (const o of r.observations) missing('reports', i, o, observations);
}

function checkConditions(record: PatientRecord, findings: Finding[]): void {
  for (const [position, { onset, recorded }] of record.conditions.entries()) {
    if (onset > recorded) findings.push({ rule: 'order-of-times', list: 'conditions', position });
    if (onset < record.person.birthTime)
      findings.push({ rule: 'before-birth', list: 'conditions', position });
  }
}

function checkValues(record: PatientRecord, findings: Finding[]): void {
  const { observations } = record;
  for (let position = 0; position < observations.length; position++) {
    const { value, components } = observations[position]!;
    const empty = value === null && components.length === 0;
    if (empty || isWrong(value) || (components.length > 0 && components.some((part) => isWrong(part.value))))
      findings.push({ rule: 'value-form', list: 'observations', position });
  }
}

function isWrong(value: PatientRecord['observations'][number]['value']): boolean {
  switch (value?.kind) {
    case 'quantity':
      return !Number.isFinite(value.value) || value.unit === '';
    case 'coding':
      return !hasForm(value.coding);
    case 'text':
      return value.text === '';
    default:
      return false;
  }
}
