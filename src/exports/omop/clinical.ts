import type { Observation, ObservationPart, PatientRecord } from '../../cohort/index.js';
import type { Charge, Charges } from '../charges.js';
import { codingIn, systemCode } from '../codes.js';
import { measurementsOf } from '../measurements.js';
import { english, typeConcepts, usDollar } from './concepts.js';
import type { Place } from './people.js';
import type { Cells, PersonTable, RecordRows } from './rows.js';
import { coded, moment } from './rows.js';

/** What clinical rows need beside the record. */
export interface ClinicalContext {
  readonly rows: RecordRows;
  readonly places: readonly Place[];

  readonly charges: Charges;
}

/** Provider, visit and visit detail of an entry. */
function where({ rows, places }: ClinicalContext, encounter: number | null): Cells {
  const place = encounter === null ? undefined : places[encounter];
  if (encounter === null || place === undefined) return {};
  return {
    provider_id: (rows.record.encounters[encounter]?.practitioner ?? -1) + 1,
    visit_occurrence_id: place.visit,
    visit_detail_id: place.detail,
  };
}

/** Conditions, under the code that their module gives. */
export function conditionRows(context: ClinicalContext): void {
  for (const condition of context.rows.record.conditions) {
    const { recorded, abatement } = condition;
    context.rows.add('condition_occurrence', {
      ...moment('condition_start', recorded),
      ...moment('condition_end', abatement === null ? null : Math.max(abatement, recorded)),
      condition_type_concept_id:
        condition.category === 'problem-list-item' ? typeConcepts.problemList : typeConcepts.encounter,
      ...coded('condition', condition.codes),
      ...where(context, condition.encounter),
    });
  }
}

/** Prescriptions, administrations and immunizations. What is still taken ends with the record. */
export function drugRows(context: ClinicalContext): void {
  const { rows, charges } = context;
  const { medications, immunizations, endTime } = rows.record;
  for (const [i, medication] of medications.entries()) {
    const end = Math.max(medication.end ?? endTime, medication.start);
    const drug = rows.add('drug_exposure', {
      ...moment('drug_exposure_start', medication.start),
      ...moment('drug_exposure_end', end),
      verbatim_end_date: medication.end === null ? null : moment('x', end)['x_date'],
      drug_type_concept_id: medication.administered ? typeConcepts.administration : typeConcepts.prescription,
      stop_reason: medication.endReason?.display,
      refills: Math.max(0, medication.dispenses - 1),
      sig: medication.dosage?.instructions.map((c) => c.display).join('; ') ?? null,
      route_source_value: medication.dosage?.route?.display,
      route_concept_id: 0,
      dose_unit_source_value: medication.dosage?.dose?.unit,
      ...coded('drug', medication.codes),
      ...where(context, medication.encounter),
    });
    cost(context, { domain: 'Drug', event: drug, charge: charges.medications[i]!, at: medication.start });
  }
  for (const immunization of immunizations) {
    rows.add('drug_exposure', {
      ...moment('drug_exposure_start', immunization.time),
      ...moment('drug_exposure_end', immunization.time),
      drug_type_concept_id: typeConcepts.administration,
      quantity: 1,
      ...coded('drug', immunization.codes),
      ...where(context, immunization.encounter),
    });
  }
}

/** Procedures, imaging studies (one a study) and care plans. */
export function procedureRows(context: ClinicalContext): void {
  const { procedures, imaging, carePlans } = context.rows.record;
  const add = (
    entry: { readonly codes: Parameters<typeof coded>[1]; readonly encounter: number | null },
    span: { readonly start: number; readonly end: number | null },
  ): void => {
    context.rows.add('procedure_occurrence', {
      ...moment('procedure', span.start),
      ...moment('procedure_end', span.end === null ? null : Math.max(span.end, span.start)),
      procedure_type_concept_id: typeConcepts.ehr,
      quantity: 1,
      ...coded('procedure', entry.codes),
      ...where(context, entry.encounter),
    });
  };
  for (const procedure of procedures) add(procedure, procedure);
  for (const study of imaging) add(study, { start: study.time, end: study.time });
  for (const plan of carePlans) add(plan, plan);
}

/** Categories whose values are measurements in the sense of the CDM; the rest are observations. */
const measured: ReadonlySet<Observation['category']> = new Set([
  'vital-signs',
  'laboratory',
  'exam',
  'imaging',
  'procedure',
]);

/** Measurements and observations, one a value; absent values and attachments are none. Allergies are observations too. */
export function observationRows(context: ClinicalContext): void {
  for (const observation of context.rows.record.observations) {
    for (const part of measurementsOf(observation)) {
      if (part.value.kind === 'absent' || part.value.kind === 'attachment') continue;
      if (measured.has(observation.category)) measurement(context, observation, part);
      else observationRow(context, observation, part);
    }
  }
  const { allergies, encounters } = context.rows.record;
  for (const allergy of allergies) {
    // an allergy may be older than the visit that recorded it, and the CDM dates a row by its recording
    const visit = allergy.encounter === null ? undefined : encounters[allergy.encounter];
    context.rows.add('observation', {
      ...moment('observation', Math.max(allergy.start, visit?.start ?? allergy.start)),
      observation_type_concept_id: typeConcepts.problemList,
      ...coded('observation', allergy.codes),
      qualifier_source_value: `${allergy.type}, ${allergy.category}`,
      qualifier_concept_id: 0,
      ...where(context, allergy.encounter),
    });
  }
}

function measurement(context: ClinicalContext, observation: Observation, part: ObservationPart): void {
  const { value } = part;
  const range = part.value === observation.value ? observation.referenceRange : null;
  context.rows.add('measurement', {
    ...moment('measurement', observation.time),
    measurement_type_concept_id: observation.category === 'laboratory' ? typeConcepts.lab : typeConcepts.ehr,
    ...coded('measurement', part.codes),
    range_low: range?.low,
    range_high: range?.high,
    ...valueCells(value),
    value_source_value: sourceValue(value),
    ...where(context, observation.encounter),
  });
}

function observationRow(context: ClinicalContext, observation: Observation, part: ObservationPart): void {
  const text = sourceValue(part.value);
  context.rows.add('observation', {
    ...moment('observation', observation.time),
    observation_type_concept_id: typeConcepts.ehr,
    ...coded('observation', part.codes),
    ...valueCells(part.value),
    value_as_string: part.value.kind === 'quantity' ? null : text,
    value_source_value: text,
    ...where(context, observation.encounter),
  });
}

function valueCells(value: ObservationPart['value']): Cells {
  if (value.kind === 'quantity')
    return { value_as_number: value.value, unit_source_value: value.unit, unit_code: `UCUM//${value.unit}` };
  if (value.kind === 'sampled') return { unit_source_value: value.unit, unit_code: `UCUM//${value.unit}` };
  return value.kind === 'coding' ? { value_code: systemCode(value.coding) } : {};
}

function sourceValue(value: ObservationPart['value']): string | null {
  switch (value.kind) {
    case 'quantity':
      return String(value.value);
    case 'coding':
      return value.coding.display;
    case 'text':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'sampled':
      return 'sampled data';
    case 'attachment':
    case 'absent':
      return null;
  }
}

/** Devices, and supplies with their quantity. */
export function deviceRows(context: ClinicalContext): void {
  const { devices, supplies } = context.rows.record;
  for (const device of devices) {
    context.rows.add('device_exposure', {
      ...moment('device_exposure_start', device.start),
      ...moment('device_exposure_end', device.end),
      device_type_concept_id: typeConcepts.ehr,
      unique_device_id: device.udi,
      quantity: 1,
      ...coded('device', device.codes),
      ...where(context, device.encounter),
    });
  }
  for (const supply of supplies) {
    context.rows.add('device_exposure', {
      ...moment('device_exposure_start', supply.time),
      ...moment('device_exposure_end', supply.time),
      device_type_concept_id: typeConcepts.ehr,
      quantity: supply.quantity,
      ...coded('device', supply.codes),
      ...where(context, supply.encounter),
    });
  }
}

export function noteRows(context: ClinicalContext): void {
  for (const note of context.rows.record.notes) {
    context.rows.add('note', {
      ...moment('note', note.time),
      note_type_concept_id: typeConcepts.note,
      note_class_concept_id: 0,
      note_title: note.codes[0]?.display,
      note_text: note.text,
      encoding_concept_id: 0,
      language_concept_id: english,
      note_source_value: codingIn(note.codes, 'LOINC')?.code,
      ...where(context, note.encounter),
    });
  }
}

/** What each visit cost; medications have theirs from {@link drugRows}. */
export function visitCosts(context: ClinicalContext): void {
  const { encounters } = context.rows.record;
  for (const [i, encounter] of encounters.entries()) {
    const place = context.places[i]!;
    const domain = place.detail === null ? 'Visit' : 'Visit Detail';
    const event = place.detail ?? place.visit;
    cost(context, { domain, event, charge: context.charges.encounters[i]!, at: encounter.start });
  }
}

function cost(
  { rows }: ClinicalContext,
  what: { readonly domain: string; readonly event: number; readonly charge: Charge; readonly at: number },
): void {
  const { total, covered } = what.charge;
  if (total <= 0) return;
  const own = Math.round((total - covered) * 100) / 100;
  rows.add('cost' satisfies PersonTable, {
    person_id: null,
    cost_event_id: what.event,
    cost_domain_id: what.domain,
    cost_type_concept_id: typeConcepts.cost,
    currency_concept_id: usDollar,
    total_charge: total,
    total_cost: total,
    total_paid: total,
    paid_by_payer: covered,
    paid_by_patient: own,
    payer_plan_period_id: planAt(rows.record, what.at),
    code: `person//${rows.person}`,
  });
}

/** Number of the plan that was in force. */
function planAt(record: PatientRecord, time: number): number | null {
  const found = record.coverages.findIndex((c) => c.start <= time && (c.end === null || time < c.end));
  return found < 0 ? null : found + 1;
}
