import type { Coding, Condition, ObservationValue, PatientRecord, Reason } from '../cohort/index.js';
import { codingIn, subjectId, systemCode } from './codes.js';
import type { CsvCell } from '../core/index.js';
import { measurementsOf } from './measurements.js';
import { sqlTime } from './times.js';

/** An event before it becomes a row. */
interface Event {
  readonly kind: string;
  readonly code: Coding | undefined;
  readonly time: number;
  readonly end?: number | null;
  readonly encounter: number | null;
  readonly number?: number | null | undefined;
  readonly text?: string | null | undefined;
  readonly unit?: string | null | undefined;
  /** Facts beside the columns; null and undefined are left out. */
  readonly details?: Readonly<Record<string, string | number | boolean | null | undefined>> | undefined;
}

type Add = (event: Event) => void;

/** All events of a record as rows, in the order of its arrays. What was not measured (absent values) is no event. */
export function eachEventRow(record: PatientRecord, use: (row: readonly CsvCell[]) => void): void {
  const add: Add = (event) => {
    use(row(record, event));
  };
  conditions(record, add);
  allergies(record, add);
  observations(record, add);
  for (const { codes, time, encounter } of record.reports)
    add({ kind: 'report', code: codes[0], time, encounter });
  treatments(record, add);
  things(record, add);
}

function row(record: PatientRecord, event: Event): CsvCell[] {
  const ends = event.end !== null && event.end !== undefined && event.end >= event.time;
  return [
    subjectId(record),
    sqlTime(event.time),
    ends ? sqlTime(event.end) : null,
    event.kind,
    event.code === undefined ? null : systemCode(event.code),
    event.number ?? null,
    event.text ?? null,
    event.unit ?? null,
    event.encounter === null ? null : (record.encounters[event.encounter]?.id ?? null),
    event.details === undefined ? null : detailsText(event.details),
  ];
}

function detailsText(details: NonNullable<Event['details']>): string | null {
  let text = '';
  for (const key of Object.keys(details)) {
    const value = details[key];
    if (value === null || value === undefined) continue;
    text += `${text === '' ? '{' : ','}"${key}":${JSON.stringify(value)}`;
  }
  return text === '' ? null : `${text}}`;
}

const reasonOf = (reason: Reason | null): string | null => (reason === null ? null : systemCode(reason.code));

/** A condition stands under its ICD-10-CM code where it has one, and keeps the code of its module in `original_code`. */
function conditions(record: PatientRecord, add: Add): void {
  const sequences = sequencesOf(record);
  for (const condition of record.conditions) {
    const own = condition.codes[0];
    const code = codingIn(condition.codes, 'ICD10CM') ?? own;
    add({
      kind: 'condition',
      code,
      time: condition.recorded,
      end: condition.abatement,
      encounter: condition.encounter,
      details: {
        original_code: own === undefined || own === code ? null : systemCode(own),
        sequence: sequences.get(condition),
      },
    });
  }
}

/** Rank of a condition among those of its encounter, from 1: the encounter's reason first, then in the order of the record. */
function sequencesOf(record: PatientRecord): ReadonlyMap<Condition, number> {
  const reasons = record.encounters.map((encounter) => encounter.reason?.condition ?? null);
  const reasonHere = (condition: Condition): boolean =>
    condition.encounter !== null &&
    reasons[condition.encounter] !== null &&
    record.conditions[reasons[condition.encounter]!] === condition;
  const withReason = new Set(record.conditions.filter(reasonHere).map((condition) => condition.encounter));
  const next = new Map<number, number>();
  const found = new Map<Condition, number>();
  for (const condition of record.conditions) {
    const { encounter } = condition;
    if (encounter === null) continue;
    if (reasonHere(condition)) {
      found.set(condition, 1);
      continue;
    }
    const rank = next.get(encounter) ?? (withReason.has(encounter) ? 2 : 1);
    found.set(condition, rank);
    next.set(encounter, rank + 1);
  }
  return found;
}

function allergies(record: PatientRecord, add: Add): void {
  for (const allergy of record.allergies) {
    const reaction = allergy.reactions[0];
    add({
      kind: 'allergy',
      code: allergy.codes[0],
      time: allergy.start,
      end: allergy.end,
      encounter: allergy.encounter,
      details: {
        type: allergy.type,
        category: allergy.category,
        reaction: reaction === undefined ? null : systemCode(reaction.manifestation),
        severity: reaction?.severity,
      },
    });
  }
}

function observations(record: PatientRecord, add: Add): void {
  for (const observation of record.observations) {
    const { time, encounter } = observation;
    for (const { codes, value } of measurementsOf(observation)) {
      if (value.kind === 'absent') continue;
      const { number, text, unit, details } = valueOf(value);
      add({ kind: 'observation', code: codes[0], time, encounter, number, text, unit, details });
    }
  }
}

function valueOf(value: ObservationValue): Pick<Event, 'number' | 'text' | 'unit' | 'details'> {
  switch (value.kind) {
    case 'quantity':
      return { number: value.value, unit: value.unit };
    case 'coding':
      return { text: value.coding.display, details: { value_code: systemCode(value.coding) } };
    case 'text':
      return { text: value.text };
    case 'boolean':
      return { text: String(value.value) };
    case 'sampled':
      return {
        unit: value.unit,
        details: { period_ms: value.periodMs, series: value.series.map((lead) => lead.join(' ')).join('|') },
      };
    case 'attachment':
      return { text: value.title, details: { content_type: value.contentType, url: value.url } };
    case 'absent':
      return {};
  }
}

function treatments(record: PatientRecord, add: Add): void {
  for (const procedure of record.procedures)
    add({
      kind: 'procedure',
      code: procedure.codes[0],
      time: procedure.start,
      end: procedure.end,
      encounter: procedure.encounter,
      details: { reason_code: reasonOf(procedure.reason) },
    });
  for (const medication of record.medications)
    add({
      kind: 'medication',
      code: medication.codes[0],
      time: medication.start,
      end: medication.end,
      encounter: medication.encounter,
      number: medication.dosage?.dose?.value ?? null,
      unit: medication.dosage?.dose?.unit ?? null,
      details: {
        administered: medication.administered,
        chronic: medication.chronic,
        reason_code: reasonOf(medication.reason),
        route: medication.dosage?.route?.display,
      },
    });
  for (const immunization of record.immunizations)
    add({
      kind: 'immunization',
      code: immunization.codes[0],
      time: immunization.time,
      encounter: immunization.encounter,
      details: { dose: immunization.dose },
    });
  for (const plan of record.carePlans)
    add({
      kind: 'careplan',
      code: plan.codes[0],
      time: plan.start,
      end: plan.end,
      encounter: plan.encounter,
      details: { reason_code: reasonOf(plan.reason) },
    });
}

/** Imaging, devices and supplies; a supply is a device with a quantity. */
function things(record: PatientRecord, add: Add): void {
  for (const study of record.imaging)
    add({
      kind: 'imaging',
      code: study.codes[0],
      time: study.time,
      encounter: study.encounter,
      details: {
        modality: study.series[0]?.modality.code,
        body_site: study.series[0] === undefined ? null : systemCode(study.series[0].bodySite),
      },
    });
  for (const device of record.devices)
    add({
      kind: 'device',
      code: device.codes[0],
      time: device.start,
      end: device.end,
      encounter: device.encounter,
    });
  for (const supply of record.supplies)
    add({
      kind: 'device',
      code: supply.codes[0],
      time: supply.time,
      encounter: supply.encounter,
      number: supply.quantity,
      details: { supply: true },
    });
}
