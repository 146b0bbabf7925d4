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
  readonly number?: number | null;
  readonly text?: string | null;
  readonly unit?: string | null;
  /** Facts beside the columns; null and undefined are left out. */
  readonly details?: Readonly<Record<string, string | number | boolean | null | undefined>>;
}

/** All events of a record, in the order of its arrays. What was not measured (absent values) is no event. */
export function eventRows(record: PatientRecord): CsvCell[][] {
  return [
    ...conditions(record),
    ...allergies(record),
    ...observations(record),
    ...record.reports.map((report) => ({
      kind: 'report',
      code: report.codes[0],
      time: report.time,
      encounter: report.encounter,
    })),
    ...treatments(record),
    ...things(record),
  ].map((event) => row(record, event));
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
    detailsText(event.details),
  ];
}

function detailsText(details: Event['details']): string | null {
  const kept = Object.entries(details ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept));
}

const reasonOf = (reason: Reason | null): string | null => (reason === null ? null : systemCode(reason.code));

/** A condition stands under its ICD-10-CM code where it has one, and keeps the code of its module in `original_code`. */
function conditions(record: PatientRecord): Event[] {
  const sequences = sequencesOf(record);
  return record.conditions.map((condition) => {
    const own = condition.codes[0];
    const code = codingIn(condition.codes, 'ICD10CM') ?? own;
    return {
      kind: 'condition',
      code,
      time: condition.recorded,
      end: condition.abatement,
      encounter: condition.encounter,
      details: {
        original_code: own === undefined || own === code ? null : systemCode(own),
        sequence: sequences.get(condition),
      },
    };
  });
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

function allergies(record: PatientRecord): Event[] {
  return record.allergies.map((allergy) => ({
    kind: 'allergy',
    code: allergy.codes[0],
    time: allergy.start,
    end: allergy.end,
    encounter: allergy.encounter,
    details: {
      type: allergy.type,
      category: allergy.category,
      reaction: allergy.reactions[0] === undefined ? null : systemCode(allergy.reactions[0].manifestation),
      severity: allergy.reactions[0]?.severity,
    },
  }));
}

function observations(record: PatientRecord): Event[] {
  return record.observations.flatMap((observation) =>
    measurementsOf(observation)
      .filter(({ value }) => value.kind !== 'absent')
      .map(({ codes, value }) => ({
        kind: 'observation',
        code: codes[0],
        time: observation.time,
        encounter: observation.encounter,
        ...valueOf(value),
      })),
  );
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

function treatments(record: PatientRecord): Event[] {
  return [
    ...record.procedures.map((procedure) => ({
      kind: 'procedure',
      code: procedure.codes[0],
      time: procedure.start,
      end: procedure.end,
      encounter: procedure.encounter,
      details: { reason_code: reasonOf(procedure.reason) },
    })),
    ...record.medications.map((medication) => ({
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
    })),
    ...record.immunizations.map((immunization) => ({
      kind: 'immunization',
      code: immunization.codes[0],
      time: immunization.time,
      encounter: immunization.encounter,
      details: { dose: immunization.dose },
    })),
    ...record.carePlans.map((plan) => ({
      kind: 'careplan',
      code: plan.codes[0],
      time: plan.start,
      end: plan.end,
      encounter: plan.encounter,
      details: { reason_code: reasonOf(plan.reason) },
    })),
  ];
}

/** Imaging, devices and supplies; a supply is a device with a quantity. */
function things(record: PatientRecord): Event[] {
  return [
    ...record.imaging.map((study) => ({
      kind: 'imaging',
      code: study.codes[0],
      time: study.time,
      encounter: study.encounter,
      details: {
        modality: study.series[0]?.modality.code,
        body_site: study.series[0] === undefined ? null : systemCode(study.series[0].bodySite),
      },
    })),
    ...record.devices.map((device) => ({
      kind: 'device',
      code: device.codes[0],
      time: device.start,
      end: device.end,
      encounter: device.encounter,
    })),
    ...record.supplies.map((supply) => ({
      kind: 'device',
      code: supply.codes[0],
      time: supply.time,
      encounter: supply.encounter,
      number: supply.quantity,
      details: { supply: true },
    })),
  ];
}
