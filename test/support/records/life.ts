import type { Rng } from '../../../src/core/index.js';
import type {
  CarePlan,
  Coding,
  Condition,
  Coverage,
  Device,
  DiagnosticReport,
  Directory,
  Encounter,
  EncounterClass,
  Immunization,
  ImagingStudy,
  Medication,
  Note,
  Observation,
  Organization,
  PatientRecord,
  Person,
  Procedure,
  Reason,
  Supply,
  Allergy,
  Truth,
} from '../../../src/cohort/index.js';
import { visits } from './codes.js';
import { uuid } from './random.js';

type Bare<T> = Omit<T, 'id' | 'encounter' | 'origin'>;
export type DraftObservation = Pick<Observation, 'codes' | 'category' | 'value'> &
  Partial<Pick<Observation, 'components' | 'referenceRange'>>;

const where: Readonly<Record<EncounterClass, Organization['kind']>> = {
  wellness: 'clinic',
  ambulatory: 'clinic',
  outpatient: 'clinic',
  urgentcare: 'urgentcare',
  emergency: 'hospital',
  inpatient: 'hospital',
  icu: 'hospital',
  observation: 'hospital',
  virtual: 'clinic',
  home: 'home',
  snf: 'snf',
  hospice: 'hospice',
};

/**
 * Collects one life. Entries belong to the encounter opened last; every `add…` gives the position of what it added. Entries
 * are to be added in order of time, because positions are kept.
 */
export class Life {
  readonly #rng: Rng;
  readonly #directory: Directory;
  readonly person: Person;
  readonly endTime: number;
  readonly #index: number;
  readonly #lists = {
    encounters: new Array<Encounter>(),
    conditions: new Array<Condition>(),
    allergies: new Array<Allergy>(),
    observations: new Array<Observation>(),
    reports: new Array<DiagnosticReport>(),
    procedures: new Array<Procedure>(),
    medications: new Array<Medication>(),
    immunizations: new Array<Immunization>(),
    imaging: new Array<ImagingStudy>(),
    devices: new Array<Device>(),
    supplies: new Array<Supply>(),
    carePlans: new Array<CarePlan>(),
    notes: new Array<Note>(),
    coverages: new Array<Coverage>(),
    truth: new Array<Truth>(),
  };
  #here: number | null = null;

  constructor(rng: Rng, directory: Directory, who: { index: number; person: Person; endTime: number }) {
    this.#rng = rng.split('ids');
    this.#directory = directory;
    this.person = who.person;
    this.endTime = who.endTime;
    this.#index = who.index;
  }

  #entry(state: string): { id: string; encounter: number | null; origin: { module: string; state: string } } {
    return { id: uuid(this.#rng), encounter: this.#here, origin: { module: 'fixture', state } };
  }

  /** Opens an encounter and makes it the current one. */
  visit(
    kind: EncounterClass,
    span: { start: number; end: number | null },
    more: Partial<
      Pick<Encounter, 'reason' | 'admitSource' | 'dischargeDisposition' | 'parent' | 'coverage'>
    > = {},
  ): number {
    const organization = this.#directory.organizations.findIndex((o) => o.kind === where[kind]);
    const position = this.#lists.encounters.length;
    this.#lists.encounters.push({
      ...this.#entry('Visit'),
      encounter: null,
      codes: [visits[kind]],
      class: kind,
      ...span,
      reason: more.reason ?? null,
      parent: more.parent ?? null,
      admitSource: more.admitSource ?? null,
      dischargeDisposition: more.dischargeDisposition ?? null,
      coverage: more.coverage === undefined ? this.coverageAt(span.start) : more.coverage,
      organization,
      practitioner: organization * 2 + this.#rng.int(2),
      cost: 85.55,
    });
    this.#here = position;
    return position;
  }

  /** What happens outside care from here on. */
  leave(): void {
    this.#here = null;
  }

  coverageAt(time: number): number | null {
    const i = this.#lists.coverages.findIndex((c) => c.start <= time && (c.end === null || time < c.end));
    return i < 0 ? null : i;
  }

  addCoverage(coverage: Omit<Coverage, 'id'>): void {
    this.#lists.coverages.push({ id: uuid(this.#rng), ...coverage });
  }

  addCondition(condition: Bare<Condition>): number {
    return this.#lists.conditions.push({ ...this.#entry('Onset'), ...condition }) - 1;
  }

  addAllergy(allergy: Bare<Allergy>): void {
    this.#lists.allergies.push({ ...this.#entry('Allergy'), ...allergy });
  }

  addObservation(time: number, draft: DraftObservation): number {
    const full = { components: [], referenceRange: null, ...draft, time };
    return this.#lists.observations.push({ ...this.#entry('Measured'), ...full }) - 1;
  }

  addReport(report: Bare<DiagnosticReport>): void {
    this.#lists.reports.push({ ...this.#entry('Report'), ...report });
  }

  addProcedure(procedure: Bare<Procedure>): void {
    this.#lists.procedures.push({ ...this.#entry('Procedure'), ...procedure });
  }

  addMedication(medication: Bare<Medication>): void {
    this.#lists.medications.push({ ...this.#entry('Order'), ...medication });
  }

  addImmunization(immunization: Bare<Immunization>): void {
    this.#lists.immunizations.push({ ...this.#entry('Vaccine'), ...immunization });
  }

  addImaging(study: Bare<ImagingStudy>): void {
    this.#lists.imaging.push({ ...this.#entry('Imaging'), ...study });
  }

  addDevice(device: Bare<Device>): void {
    this.#lists.devices.push({ ...this.#entry('Device'), ...device });
  }

  addSupply(supply: Bare<Supply>): void {
    this.#lists.supplies.push({ ...this.#entry('Supply'), ...supply });
  }

  addCarePlan(plan: Bare<CarePlan>): void {
    this.#lists.carePlans.push({ ...this.#entry('Plan'), ...plan });
  }

  addNote(note: Bare<Note>): void {
    this.#lists.notes.push({ ...this.#entry('Note'), ...note });
  }

  addTruth(truth: Omit<Truth, 'origin'>): void {
    this.#lists.truth.push({ ...truth, origin: { module: 'fixture', state: 'Latent' } });
  }

  /** Why, by the condition at a position. */
  because(condition: number): Reason {
    const found = this.#lists.conditions[condition];
    if (found === undefined) throw new Error(`no condition ${condition}`);
    return { code: first(found.codes), condition };
  }

  newId(): string {
    return uuid(this.#rng);
  }

  build(): PatientRecord {
    return { index: this.#index, person: this.person, endTime: this.endTime, ...this.#lists };
  }
}

function first(codes: readonly Coding[]): Coding {
  const code = codes[0];
  if (code === undefined) throw new Error('an entry without a code');
  return code;
}
