import type { Coverage, Device, ImagingStudy, PatientRecord, Person } from '../../../cohort/index.js';
import type { Life } from '../engine/life.js';
import { closeLeft } from '../engine/encounters.js';
import { certifyDeath } from './certificate.js';
import type { Draft, MedicationDraft, RecordDraft } from './draft.js';
import type { Ids } from './ids.js';

/** Kinds of entries in ids. */
export const idKinds = {
  person: 0,
  encounter: 1,
  condition: 2,
  allergy: 3,
  observation: 4,
  report: 5,
  procedure: 6,
  medication: 7,
  immunization: 8,
  imaging: 9,
  series: 10,
  instance: 11,
  device: 12,
  supply: 13,
  carePlan: 14,
  goal: 15,
  note: 16,
  coverage: 17,
  udi: 18,
} as const;

/** Ends what has to end, gives ids, and turns a life into its record. */
export function finishRecord(life: Life, index: number, ids: Ids): PatientRecord {
  const dead = life.deathTime < life.stop || (life.deathTime === life.stop && life.now >= life.deathTime);
  const endTime = dead ? life.deathTime : life.stop;
  if (dead) certifyDeath(life, endTime);
  const { record } = life;
  endEncounters(life, endTime, dead);
  const coverages = coveragesOf(life, endTime, ids);
  assignCoverages(record, coverages);
  if (dead) endAtDeath(record, endTime);
  nameEntries(record, ids);
  const person: Person = life.being.finish({
    id: ids.uuid(idKinds.person, 0),
    endTime,
    deathTime: dead ? endTime : null,
    causeOfDeath: dead ? life.causeOfDeath : null,
  });
  return {
    index,
    person,
    endTime,
    encounters: record.encounters,
    conditions: record.conditions,
    allergies: record.allergies,
    observations: record.observations,
    reports: record.reports,
    procedures: record.procedures,
    medications: record.medications.map((medication) => finishMedication(medication, endTime)),
    immunizations: record.immunizations,
    imaging: record.imaging.map((study, i) => nameStudy(study, i, ids)),
    devices: record.devices.map((device, i) => nameDevice(device, i, ids)),
    supplies: record.supplies,
    carePlans: record.carePlans.map((plan, i) => ({
      ...plan,
      goals: plan.goals.map((goal, g) => ({ ...goal, id: ids.uuid(idKinds.goal, i, g) })),
    })),
    notes: record.notes,
    coverages,
    truth: record.truth,
  };
}

/** Every encounter gets an end that covers what was done in it; what the record's end cuts off stays open. */
function endEncounters(life: Life, endTime: number, dead: boolean): void {
  const { encounters, procedures } = life.record;
  const inside = new Set(life.roots.map((root) => root.encounter));
  for (const [i, encounter] of encounters.entries()) {
    const goesOn = !dead && encounter.end === null && encounter.class !== 'wellness' && inside.has(i);
    if (!goesOn || endTime - life.lastUse[i]! > 30 * 86_400_000) closeLeft(life, i);
  }
  for (const procedure of procedures) {
    procedure.end = Math.min(procedure.end, endTime);
    const encounter = procedure.encounter === null ? undefined : encounters[procedure.encounter];
    if (encounter !== undefined && encounter.end !== null)
      encounter.end = Math.max(encounter.end, procedure.end);
  }
  for (const encounter of encounters)
    if (encounter.end !== null && encounter.end > endTime) encounter.end = dead ? endTime : null;
}

function coveragesOf(life: Life, endTime: number, ids: Ids): Coverage[] {
  return life.being.coverages(endTime).map((span, i) => ({ ...span, id: ids.uuid(idKinds.coverage, i) }));
}

function assignCoverages(record: RecordDraft, coverages: readonly Coverage[]): void {
  let at = 0;
  for (const encounter of record.encounters) {
    while (at + 1 < coverages.length && coverages[at + 1]!.start <= encounter.start) at++;
    const span = coverages[at];
    const covers =
      span !== undefined &&
      span.start <= encounter.start &&
      (span.end === null || encounter.start < span.end);
    encounter.coverage = covers ? at : null;
  }
}

/** Drugs and care plans do not outlive the person. */
function endAtDeath(record: RecordDraft, time: number): void {
  for (const medication of record.medications) medication.end ??= time;
  for (const plan of record.carePlans) plan.end ??= time;
  for (const device of record.devices) device.end ??= time;
}

function nameEntries(record: RecordDraft, ids: Ids): void {
  const lists: readonly [readonly { id: string }[], number][] = [
    [record.encounters, idKinds.encounter],
    [record.conditions, idKinds.condition],
    [record.allergies, idKinds.allergy],
    [record.observations, idKinds.observation],
    [record.reports, idKinds.report],
    [record.procedures, idKinds.procedure],
    [record.medications, idKinds.medication],
    [record.immunizations, idKinds.immunization],
    [record.imaging, idKinds.imaging],
    [record.devices, idKinds.device],
    [record.supplies, idKinds.supply],
    [record.carePlans, idKinds.carePlan],
    [record.notes, idKinds.note],
  ];
  for (const [list, kind] of lists) for (let i = 0; i < list.length; i++) list[i]!.id = ids.uuid(kind, i);
}

/** How often a drug was dispensed: once, and again as often as the refills and the time allow. */
function finishMedication(draft: MedicationDraft, endTime: number): PatientRecord['medications'][number] {
  const { id, codes, encounter, origin, start, end, endReason, chronic, administered } = draft;
  const { reason, dosage, cost, supply } = draft;
  const again =
    supply === null
      ? 0
      : Math.min(supply.refills, Math.floor(((end ?? endTime) - start) / supply.dispenseMs));
  return {
    id,
    codes,
    encounter,
    origin,
    start,
    end,
    endReason,
    chronic,
    administered,
    reason,
    dosage,
    dispenses: supply === null ? draft.dispenses : 1 + Math.max(0, again),
    cost,
  };
}

function nameStudy(study: Draft<ImagingStudy>, i: number, ids: Ids): ImagingStudy {
  let instance = 0;
  return {
    ...study,
    uid: ids.uid(idKinds.imaging, i, 1),
    series: study.series.map((series, s) => ({
      ...series,
      uid: ids.uid(idKinds.series, i, s),
      instances: series.instances.map((one) => ({ ...one, uid: ids.uid(idKinds.instance, i, instance++) })),
    })),
  };
}

/** A device identifier in GS1's human readable form: item number with its check digit, date of manufacture, lot and serial number. */
function nameDevice(device: Draft<Device>, i: number, ids: Ids): Device {
  const item = ids.digits(13, idKinds.udi, i, 0);
  const made = new Date(device.start - 21 * 86_400_000).toISOString();
  const date = made.slice(2, 10).replaceAll('-', '');
  const lot = ids.digits(8, idKinds.udi, i, 1);
  const serial = ids.digits(10, idKinds.udi, i, 2);
  return { ...device, udi: `(01)${item}${gtinCheck(item)}(11)${date}(10)${lot}(21)${serial}` };
}

/** Check digit of a GTIN-14 (GS1 General Specifications, §7.9): weights 3 and 1 from the left of 13 digits. */
function gtinCheck(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10;
}
