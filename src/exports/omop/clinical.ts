import type { Coding, Observation, ObservationPart, PatientRecord } from '../../cohort/index.js';
import type { Charge, Charges } from '../charges.js';
import { codingIn, systemCode } from '../codes.js';
import { measurementsOf } from '../measurements.js';
import { isoDate } from '../times.js';
import { english, typeConcepts, usDollar } from './concepts.js';
import type { Place } from './people.js';
import type { PersonTable, RecordRows, TableRow } from './rows.js';

/** What clinical rows need beside the record. */
export interface ClinicalContext {
  readonly rows: RecordRows;
  readonly places: readonly Place[];

  readonly charges: Charges;
}

/** Begins the row of an entry: its number, the person, provider, visit and visit detail. */
function begin(
  { rows, places }: ClinicalContext,
  table: PersonTable,
  entry: { readonly encounter: number | null },
): TableRow {
  const row = rows.begin(table);
  const { encounter } = entry;
  const place = encounter === null ? undefined : places[encounter];
  if (encounter === null || place === undefined) return row;
  return row
    .set('provider_id', (rows.record.encounters[encounter]?.practitioner ?? -1) + 1)
    .set('visit_occurrence_id', place.visit)
    .set('visit_detail_id', place.detail);
}

/** Conditions, under the code that their module gives. */
export function conditionRows(context: ClinicalContext): void {
  for (const condition of context.rows.record.conditions) {
    const { recorded, abatement } = condition;
    begin(context, 'condition_occurrence', condition)
      .moment('condition_start', recorded)
      .moment('condition_end', abatement === null ? null : Math.max(abatement, recorded))
      .set(
        'condition_type_concept_id',
        condition.category === 'problem-list-item' ? typeConcepts.problemList : typeConcepts.encounter,
      )
      .coded('condition_source_value', condition.codes)
      .write();
  }
}

/** Prescriptions, administrations and immunizations. What is still taken ends with the record. */
export function drugRows(context: ClinicalContext): void {
  const { rows, charges } = context;
  const { medications, immunizations, endTime } = rows.record;
  for (const [i, medication] of medications.entries()) {
    const { dosage, administered } = medication;
    const end = Math.max(medication.end ?? endTime, medication.start);
    begin(context, 'drug_exposure', medication)
      .moment('drug_exposure_start', medication.start)
      .moment('drug_exposure_end', end)
      .set('verbatim_end_date', medication.end === null ? null : isoDate(end))
      .set('drug_type_concept_id', administered ? typeConcepts.administration : typeConcepts.prescription)
      .set('stop_reason', medication.endReason?.display)
      .set('refills', Math.max(0, medication.dispenses - 1))
      .set('sig', dosage === null ? null : dosage.instructions.map((c) => c.display).join('; '))
      .set('route_source_value', dosage?.route?.display)
      .set('route_concept_id', 0)
      .set('dose_unit_source_value', dosage?.dose?.unit)
      .coded('drug_source_value', medication.codes)
      .write();
    const event = rows.last('drug_exposure');
    cost(context, { domain: 'Drug', event, charge: charges.medications[i]!, at: medication.start });
  }
  for (const immunization of immunizations) {
    begin(context, 'drug_exposure', immunization)
      .moment('drug_exposure_start', immunization.time)
      .moment('drug_exposure_end', immunization.time)
      .set('drug_type_concept_id', typeConcepts.administration)
      .set('quantity', 1)
      .coded('drug_source_value', immunization.codes)
      .write();
  }
}

/** Procedures, imaging studies (one a study) and care plans. */
export function procedureRows(context: ClinicalContext): void {
  const { procedures, imaging, carePlans } = context.rows.record;
  const add = (
    entry: { readonly codes: readonly Coding[]; readonly encounter: number | null },
    span: { readonly start: number; readonly end: number | null },
  ): void => {
    begin(context, 'procedure_occurrence', entry)
      .moment('procedure', span.start)
      .moment('procedure_end', span.end === null ? null : Math.max(span.end, span.start))
      .set('procedure_type_concept_id', typeConcepts.ehr)
      .set('quantity', 1)
      .coded('procedure_source_value', entry.codes)
      .write();
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
    begin(context, 'observation', allergy)
      .moment('observation', Math.max(allergy.start, visit?.start ?? allergy.start))
      .set('observation_type_concept_id', typeConcepts.problemList)
      .coded('observation_source_value', allergy.codes)
      .set('qualifier_source_value', `${allergy.type}, ${allergy.category}`)
      .set('qualifier_concept_id', 0)
      .write();
  }
}

function measurement(context: ClinicalContext, observation: Observation, part: ObservationPart): void {
  const { value } = part;
  const range = part.value === observation.value ? observation.referenceRange : null;
  const row = begin(context, 'measurement', observation)
    .moment('measurement', observation.time)
    .set(
      'measurement_type_concept_id',
      observation.category === 'laboratory' ? typeConcepts.lab : typeConcepts.ehr,
    )
    .coded('measurement_source_value', part.codes)
    .set('range_low', range?.low)
    .set('range_high', range?.high)
    .set('value_source_value', sourceValue(value));
  setValue(row, value).write();
}

function observationRow(context: ClinicalContext, observation: Observation, part: ObservationPart): void {
  const text = sourceValue(part.value);
  const row = begin(context, 'observation', observation)
    .moment('observation', observation.time)
    .set('observation_type_concept_id', typeConcepts.ehr)
    .coded('observation_source_value', part.codes)
    .set('value_as_string', part.value.kind === 'quantity' ? null : text)
    .set('value_source_value', text);
  setValue(row, part.value).write();
}

function setValue(row: TableRow, value: ObservationPart['value']): TableRow {
  if (value.kind === 'coding') return row.set('value_code', systemCode(value.coding));
  if (value.kind !== 'quantity' && value.kind !== 'sampled') return row;
  if (value.kind === 'quantity') row.set('value_as_number', value.value);
  return row
    .set('unit_source_value', value.unit)
    .set('unit_code', systemCode({ system: 'UCUM', code: value.unit }));
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
    begin(context, 'device_exposure', device)
      .moment('device_exposure_start', device.start)
      .moment('device_exposure_end', device.end)
      .set('device_type_concept_id', typeConcepts.ehr)
      .set('unique_device_id', device.udi)
      .set('quantity', 1)
      .coded('device_source_value', device.codes)
      .write();
  }
  for (const supply of supplies) {
    begin(context, 'device_exposure', supply)
      .moment('device_exposure_start', supply.time)
      .moment('device_exposure_end', supply.time)
      .set('device_type_concept_id', typeConcepts.ehr)
      .set('quantity', supply.quantity)
      .coded('device_source_value', supply.codes)
      .write();
  }
}

export function noteRows(context: ClinicalContext): void {
  for (const note of context.rows.record.notes) {
    begin(context, 'note', note)
      .moment('note', note.time)
      .set('note_type_concept_id', typeConcepts.note)
      .set('note_class_concept_id', 0)
      .set('note_title', note.codes[0]?.display)
      .set('note_text', note.text)
      .set('encoding_concept_id', 0)
      .set('language_concept_id', english)
      .set('note_source_value', codingIn(note.codes, 'LOINC')?.code)
      .write();
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
  rows
    .begin('cost')
    .set('cost_event_id', what.event)
    .set('cost_domain_id', what.domain)
    .set('cost_type_concept_id', typeConcepts.cost)
    .set('currency_concept_id', usDollar)
    .set('total_charge', total)
    .set('total_cost', total)
    .set('total_paid', total)
    .set('paid_by_payer', covered)
    .set('paid_by_patient', own)
    .set('payer_plan_period_id', planAt(rows.record, what.at))
    .set('code', `person//${rows.person}`)
    .write();
}

/** Number of the plan that was in force. */
function planAt(record: PatientRecord, time: number): number | null {
  const found = record.coverages.findIndex((c) => c.start <= time && (c.end === null || time < c.end));
  return found < 0 ? null : found + 1;
}
