import type { CsvCell } from '../../core/index.js';
import type { StoreCode } from './codes.js';
import { codingsOf, idOf, preferred, storeCode, timeOf } from './codes.js';
import type { Clinical, Concept, Valued } from './shapes.js';

/** How a resource type becomes events: where its code and times stand in R4. */
interface Kind {
  readonly kind: string;
  readonly code: (resource: Clinical, medications: Medications) => readonly StoreCode[];
  /** System of the code that is taken where there are several. */
  readonly system: string;
  readonly start: (resource: Clinical) => string | undefined;
  readonly end?: (resource: Clinical) => string | undefined;
}

/** Codings of Medication resources by id. */
export type Medications = ReadonlyMap<string, readonly StoreCode[]>;

const medicationCode = (r: Clinical, medications: Medications): readonly StoreCode[] =>
  r.medicationCodeableConcept === undefined
    ? (medications.get(idOf(r.medicationReference?.reference) ?? '') ?? [])
    : codingsOf(r.medicationCodeableConcept);

const concept = (value: Concept | string | undefined): Concept | undefined =>
  typeof value === 'string' ? undefined : value;

/** The categories of a care plan, the one that US Core asks for (assess-plan) left out. */
const planCategory = (r: Clinical): readonly StoreCode[] =>
  (r.category ?? []).flatMap((c) => codingsOf(concept(c))).filter((c) => c.code !== 'assess-plan');

const kinds: Readonly<Record<string, Kind>> = {
  Condition: {
    kind: 'condition',
    code: (r) => codingsOf(r.code),
    system: 'ICD10CM',
    start: (r) => r.recordedDate ?? r.onsetDateTime,
    end: (r) => r.abatementDateTime,
  },
  AllergyIntolerance: {
    kind: 'allergy',
    code: (r) => codingsOf(r.code),
    system: 'SNOMED',
    start: (r) => r.onsetDateTime ?? r.recordedDate,
  },
  Procedure: {
    kind: 'procedure',
    code: (r) => codingsOf(r.code),
    system: 'SNOMED',
    start: (r) => r.performedDateTime ?? r.performedPeriod?.start,
    end: (r) => r.performedPeriod?.end,
  },
  MedicationRequest: {
    kind: 'medication',
    code: medicationCode,
    system: 'RXNORM',
    start: (r) => r.authoredOn,
  },
  MedicationAdministration: {
    kind: 'medication',
    code: medicationCode,
    system: 'RXNORM',
    start: (r) => r.effectiveDateTime ?? r.effectivePeriod?.start,
    end: (r) => r.effectivePeriod?.end,
  },
  Immunization: {
    kind: 'immunization',
    code: (r) => codingsOf(r.vaccineCode),
    system: 'CVX',
    start: (r) => r.occurrenceDateTime,
  },
  DiagnosticReport: {
    kind: 'report',
    code: (r) => codingsOf(r.code),
    system: 'LOINC',
    start: (r) => r.effectiveDateTime ?? r.effectivePeriod?.start,
  },
  CarePlan: {
    kind: 'careplan',
    code: planCategory,
    system: 'SNOMED',
    start: (r) => r.period?.start,
    end: (r) => r.period?.end,
  },
  ImagingStudy: {
    kind: 'imaging',
    code: (r) => codingsOf(r.procedureCode?.[0]),
    system: 'SNOMED',
    start: (r) => r.started,
  },
  Device: {
    kind: 'device',
    code: (r) => codingsOf(concept(r.type)),
    system: 'SNOMED',
    start: (r) => r.manufactureDate,
  },
  SupplyDelivery: {
    kind: 'device',
    code: (r) => codingsOf(r.suppliedItem?.itemCodeableConcept),
    system: 'SNOMED',
    start: (r) => r.occurrenceDateTime,
  },
  Observation: {
    kind: 'observation',
    code: (r) => codingsOf(r.code),
    system: 'LOINC',
    start: (r) => r.effectiveDateTime ?? r.effectivePeriod?.start,
  },
};

/** Resource types that become events. */
export const eventTypes: readonly string[] = Object.keys(kinds);

/** An event's cells (those of `events` in staging.ts) and its codings. */
export interface FhirEvent {
  readonly cells: CsvCell[];
  readonly codes: readonly StoreCode[];
}

/** The events of a resource: one, or one for each value of an observation. An observation without any value is none. */
export function eventsOf(resource: Clinical, medications: Medications): FhirEvent[] {
  const kind = kinds[resource.resourceType];
  if (kind === undefined) return [];
  const codings = kind.code(resource, medications);
  if (kind.kind !== 'observation') return [event(resource, kind, { codings, ...otherValue(resource) })];
  const parts = [
    { codings, value: valueOf(resource) },
    ...(resource.component ?? []).map((c) => ({ codings: codingsOf(c.code), value: valueOf(c) })),
  ];
  return parts.flatMap(({ codings: own, value }) =>
    value === undefined ? [] : [event(resource, kind, { codings: own, ...value })],
  );
}

interface Value {
  readonly number?: number | undefined;
  readonly text?: string | undefined;
  readonly unit?: string | undefined;
  readonly details?: Readonly<Record<string, string | boolean>>;
  readonly more?: readonly StoreCode[];
}

function event(resource: Clinical, kind: Kind, what: Value & { codings: readonly StoreCode[] }): FhirEvent {
  const { codings } = what;
  const code = preferred(codings, kind.system);
  const own = codings[0];
  const original =
    kind.kind === 'condition' && own !== undefined && own !== code ? { original_code: storeCode(own) } : {};
  const details = { ...original, ...what.details };
  return {
    codes: [...codings, ...(what.more ?? [])],
    cells: [
      idOf((resource.subject ?? resource.patient)?.reference) ?? null,
      timeOf(kind.start(resource)),
      timeOf(kind.end?.(resource)),
      kind.kind,
      code === undefined ? null : storeCode(code),
      what.number ?? null,
      what.text ?? null,
      what.unit ?? null,
      encounterOf(resource) ?? null,
      Object.keys(details).length === 0 ? null : JSON.stringify(details),
      rejected(resource),
      resource.id ?? null,
      idOf(resource.request?.reference) ?? null,
    ],
  };
}

/** `encounter`, or what R4 calls `context`: a reference (medications) or, in documents, an object with encounters. */
function encounterOf({ encounter, context }: Clinical): string | undefined {
  return idOf((encounter ?? context?.encounter?.[0] ?? context)?.reference);
}

const unmade = new Set(['entered-in-error', 'cancelled', 'not-done', 'refuted']);

function rejected({ status, verificationStatus }: Clinical): string | null {
  const verified = codingsOf(verificationStatus)[0]?.code;
  const found = [status, verified].find((word) => word !== undefined && unmade.has(word));
  return found === undefined ? null : `status ${found}`;
}

function otherValue(resource: Clinical): Value {
  const quantity = resource.suppliedItem?.quantity?.value;
  if (resource.resourceType === 'SupplyDelivery') return { number: quantity, details: { supply: true } };
  if (resource.resourceType === 'MedicationRequest')
    return amount(resource.dosageInstruction?.[0]?.doseAndRate?.[0]?.doseQuantity);
  if (resource.resourceType !== 'MedicationAdministration') return {};
  const { dosage } = resource;
  return {
    ...amount(dosage === undefined || Array.isArray(dosage) ? undefined : dosage.dose),
    details: { administered: true },
  };
}

/** A dose: its number and the unit as its author writes it. */
const amount = (dose: Valued['valueQuantity']): Value => ({
  number: dose?.value,
  unit: dose?.unit ?? dose?.code,
});

/** device, start, end: from when to when a person used a device. */
export function useCells(resource: Clinical): CsvCell[] {
  const { device, timingPeriod } = resource;
  return [idOf(device?.reference) ?? null, timeOf(timingPeriod?.start), timeOf(timingPeriod?.end)];
}

function valueOf(value: Valued): Value | undefined {
  const { valueQuantity: quantity, valueCodeableConcept: coded } = value;
  if (quantity?.value !== undefined) return { number: quantity.value, unit: quantity.code ?? quantity.unit };
  if (coded !== undefined) {
    const code = codingsOf(coded)[0];
    return {
      text: code?.display ?? coded.text ?? code?.code,
      ...(code === undefined ? {} : { details: { value_code: storeCode(code) }, more: [code] }),
    };
  }
  if (value.valueInteger !== undefined) return { number: value.valueInteger };
  const text =
    value.valueString ??
    value.valueDateTime ??
    (value.valueBoolean === undefined ? undefined : String(value.valueBoolean));
  return text === undefined ? undefined : { text };
}

/** note_id, patient, encounter_id, time, type, text: the text of a DocumentReference; undefined where it holds none. */
export function noteCells(resource: Clinical): CsvCell[] | undefined {
  const attachment = resource.content?.find(
    (c) => c.attachment?.contentType?.startsWith('text/') === true,
  )?.attachment;
  if (resource.id === undefined || attachment?.data === undefined) return undefined;
  return [
    resource.id,
    idOf((resource.subject ?? resource.patient)?.reference) ?? null,
    encounterOf(resource) ?? null,
    timeOf(resource.date),
    codingsOf(concept(resource.type))[0]?.display ?? null,
    Buffer.from(attachment.data, 'base64').toString('utf8'),
  ];
}
