/**
 * One simulated (or imported) life in memory: what stage 1 makes, the gate checks and every export writes. Rich enough for FHIR R4 with
 * US Core, flat enough for CSV, OMOP and the cohort store.
 *
 * Times are milliseconds since 1970-01-01T00:00:00Z (UTC). Entries refer to each other by position in their array (`encounter: 3` is
 * `record.encounters[3]`), never by object identity, so a record can be cloned, sent to a worker or dropped in part. Arrays are in order
 * of time, ties in order of creation. Ids are UUIDs from the patient's own id stream, so they do not move when a module draws once more.
 */

/** Short names of code systems, as in the cohort store's `SYSTEM//code`. */
export const codeSystems = [
  'SNOMED',
  'LOINC',
  'RXNORM',
  'ICD10CM',
  'ICD10PCS',
  'CPT',
  'HCPCS',
  'CVX',
  'DICOM-DCM',
  'DICOM-SOP',
  'NUBC',
  'UCUM',
  'ANAMNESIS',
] as const;
export type CodeSystem = (typeof codeSystems)[number];

export interface Coding {
  readonly system: CodeSystem;
  readonly code: string;
  readonly display: string;
}

/** Which module and state made an entry: for questions, for the truth file, never for a model to learn from. */
export interface Origin {
  readonly module: string;
  readonly state: string;
}

interface Entry {
  /** UUID. */
  readonly id: string;
  /** First the code that the module gives, then its equivalents (ICD-10-CM beside SNOMED CT). Never empty. */
  readonly codes: readonly Coding[];
  /** Position of the encounter it was recorded in; null only for what happens outside care. */
  readonly encounter: number | null;
  readonly origin: Origin;
}

export const races = ['white', 'black', 'asian', 'native', 'hawaiian', 'other'] as const;
export type Race = (typeof races)[number];

export interface Address {
  readonly line: string;
  readonly city: string;
  /** Two-letter postal code of the state. */
  readonly state: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface Person {
  /** UUID of the patient. */
  readonly id: string;
  /** Medical record number: unique in the population, made from the index. */
  readonly mrn: string;
  readonly birthTime: number;
  readonly deathTime: number | null;
  /** Null when alive, or when no module gave a cause. */
  readonly causeOfDeath: Coding | null;
  readonly sex: 'female' | 'male';
  readonly race: Race;
  readonly ethnicity: 'hispanic' | 'nonhispanic';
  /** BCP 47. */
  readonly language: string;
  readonly given: readonly string[];
  readonly family: string;
  readonly prefix: string | null;
  readonly maiden: string | null;
  /** HL7 v3 MaritalStatus code, null under age. */
  readonly maritalStatus: 'S' | 'M' | 'D' | 'W' | null;
  readonly address: Address;
  readonly phone: string | null;
  readonly birthplace: string | null;
  /** US dollars a year of the household, at the end of the record. */
  readonly income: number | null;
}

export const encounterClasses = [
  'wellness',
  'ambulatory',
  'outpatient',
  'urgentcare',
  'emergency',
  'inpatient',
  'icu',
  'observation',
  'virtual',
  'home',
  'snf',
  'hospice',
] as const;
export type EncounterClass = (typeof encounterClasses)[number];

export interface Encounter extends Entry {
  /** Always null: an encounter is not inside itself. See {@link parent}. */
  readonly encounter: null;
  readonly class: EncounterClass;
  readonly start: number;
  /** Null only where the record ends inside it. */
  readonly end: number | null;
  /** Position of the admission that this stay is a part of (an ICU stay inside an admission). */
  readonly parent: number | null;
  readonly reason: Reason | null;
  readonly admitSource: Coding | null;
  readonly dischargeDisposition: Coding | null;
  /** Positions in the {@link Directory}. */
  readonly organization: number;
  readonly practitioner: number;
  /** Position in `record.coverages`; null: paid by the patient. */
  readonly coverage: number | null;
  /** US dollars for the visit itself; entries carry their own. */
  readonly cost: number;
}

/** Why something was done: the condition in this record where there is one, and its code in any case. */
export interface Reason {
  readonly code: Coding;
  readonly condition: number | null;
}

export interface Condition extends Entry {
  /** When it began in truth; may lie before it was known. */
  readonly onset: number;
  /** When it was recorded (diagnosed). */
  readonly recorded: number;
  readonly abatement: number | null;
  readonly category: 'encounter-diagnosis' | 'problem-list-item';
}

export interface Allergy extends Entry {
  readonly start: number;
  readonly end: number | null;
  readonly type: 'allergy' | 'intolerance';
  readonly category: 'food' | 'medication' | 'environment' | 'biologic';
  readonly reactions: readonly {
    readonly manifestation: Coding;
    readonly severity: 'mild' | 'moderate' | 'severe';
  }[];
}

/** FHIR data-absent-reason codes that we use. */
export const absentReasons = [
  'unknown',
  'not-performed',
  'error',
  'masked',
  'asked-declined',
  'not-asked',
] as const;
export type AbsentReason = (typeof absentReasons)[number];

export type ObservationValue =
  | {
      readonly kind: 'quantity';
      readonly value: number;
      /** UCUM. */
      readonly unit: string;
      /** Decimals of the instrument; the value is already rounded to them. */
      readonly decimals: number;
    }
  | { readonly kind: 'coding'; readonly coding: Coding }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | {
      readonly kind: 'sampled';
      /** UCUM. */
      readonly unit: string;
      readonly periodMs: number;
      readonly origin: number;
      readonly series: readonly (readonly number[])[];
    }
  | {
      readonly kind: 'attachment';
      readonly contentType: string;
      readonly title: string;
      readonly url: string | null;
    }
  | { readonly kind: 'absent'; readonly reason: AbsentReason };

export const observationCategories = [
  'vital-signs',
  'laboratory',
  'survey',
  'social-history',
  'imaging',
  'procedure',
  'exam',
  'therapy',
  'activity',
] as const;
export type ObservationCategory = (typeof observationCategories)[number];

export interface ObservationPart {
  readonly codes: readonly Coding[];
  readonly value: ObservationValue;
}

export interface Observation extends Entry {
  readonly time: number;
  readonly category: ObservationCategory;
  /** Null when all that was seen is in {@link components} (blood pressure). */
  readonly value: ObservationValue | null;
  readonly components: readonly ObservationPart[];
  /** Normal range in the unit of the value, where known. */
  readonly referenceRange: { readonly low: number | null; readonly high: number | null } | null;
}

export interface DiagnosticReport extends Entry {
  readonly time: number;
  /** LAB, RAD … (HL7 v2-0074). */
  readonly category: 'LAB' | 'RAD' | 'CUS' | 'PAT';
  /** Positions of its observations. */
  readonly observations: readonly number[];
  readonly cost: number;
}

export interface Procedure extends Entry {
  readonly start: number;
  readonly end: number;
  readonly reason: Reason | null;
  readonly cost: number;
}

export interface Dosage {
  readonly asNeeded: boolean;
  /** Doses each time, and its unit as in the drug's form; null where the module says nothing. */
  readonly dose: { readonly value: number; readonly unit: string } | null;
  /** `frequency` times every `period` `periodUnit`. */
  readonly timing: {
    readonly frequency: number;
    readonly period: number;
    /** UCUM time: h, d, wk, mo. */
    readonly periodUnit: string;
  } | null;
  /** Route, e.g. SNOMED 26643006 oral. */
  readonly route: Coding | null;
  readonly instructions: readonly Coding[];
}

export interface Medication extends Entry {
  readonly start: number;
  readonly end: number | null;
  readonly endReason: Coding | null;
  /** Taken for long (a problem-list drug) or for an episode. */
  readonly chronic: boolean;
  /** Given by staff within the encounter rather than prescribed. */
  readonly administered: boolean;
  readonly reason: Reason | null;
  readonly dosage: Dosage | null;
  readonly dispenses: number;
  /** US dollars a dispense. */
  readonly cost: number;
}

export interface Immunization extends Entry {
  readonly time: number;
  /** Position in its series, from 1. */
  readonly dose: number;
  readonly cost: number;
}

export interface ImagingStudy extends Entry {
  readonly time: number;
  /** `codes` are the procedure's. DICOM UIDs are made from the id stream. */
  readonly uid: string;
  readonly series: readonly {
    readonly uid: string;
    readonly bodySite: Coding;
    readonly modality: Coding;
    readonly instances: readonly {
      readonly uid: string;
      readonly title: string;
      readonly sopClass: Coding;
    }[];
  }[];
}

export interface Device extends Entry {
  readonly start: number;
  readonly end: number | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  /** Unique device identifier, human readable form. */
  readonly udi: string;
}

export interface Supply extends Entry {
  readonly time: number;
  readonly quantity: number;
}

export interface CarePlan extends Entry {
  readonly start: number;
  readonly end: number | null;
  readonly reason: Reason | null;
  readonly activities: readonly Coding[];
  readonly goals: readonly {
    readonly id: string;
    readonly text: string;
    /** What is measured, and the aim, where the module says so. */
    readonly measure: {
      readonly code: Coding;
      readonly comparator: '<' | '<=' | '>' | '>=' | '=';
      readonly value: number;
      readonly unit: string | null;
    } | null;
    readonly addresses: readonly number[];
  }[];
}

/** A note with its text, where a module or stage 3 wrote one. */
export interface Note extends Entry {
  readonly time: number;
  readonly text: string;
}

/** Who pays from when to when. */
export interface Coverage {
  readonly id: string;
  readonly start: number;
  readonly end: number | null;
  /** Position in the {@link Directory}. */
  readonly payer: number;
  readonly memberId: string;
  readonly relationship: 'self' | 'spouse' | 'child';
}

/** What only the simulator knows. Written on request (`--truth`), never into the record. */
export interface Truth {
  readonly time: number;
  readonly kind: 'latent' | 'onset' | 'missing-reason' | 'pathway' | 'error';
  readonly name: string;
  readonly value: number | string | boolean | null;
  readonly origin: Origin;
}

export interface PatientRecord {
  /** Position in the population from 0; `subject_id` is one more. */
  readonly index: number;
  readonly person: Person;
  /** End of observation: death, or the run's end date. */
  readonly endTime: number;
  readonly encounters: readonly Encounter[];
  readonly conditions: readonly Condition[];
  readonly allergies: readonly Allergy[];
  readonly observations: readonly Observation[];
  readonly reports: readonly DiagnosticReport[];
  readonly procedures: readonly Procedure[];
  readonly medications: readonly Medication[];
  readonly immunizations: readonly Immunization[];
  readonly imaging: readonly ImagingStudy[];
  readonly devices: readonly Device[];
  readonly supplies: readonly Supply[];
  readonly carePlans: readonly CarePlan[];
  readonly notes: readonly Note[];
  readonly coverages: readonly Coverage[];
  readonly truth: readonly Truth[];
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** National provider identifier: ten digits with a valid check digit, from a range that is not issued. */
  readonly npi: string;
  readonly kind: 'hospital' | 'clinic' | 'urgentcare' | 'snf' | 'hospice' | 'home' | 'pharmacy';
  readonly address: Address;
  readonly phone: string;
}

export interface Practitioner {
  readonly id: string;
  readonly npi: string;
  readonly given: string;
  readonly family: string;
  readonly prefix: string;
  readonly sex: 'female' | 'male';
  /** Position of the organization. */
  readonly organization: number;
  /** NUCC-like plain name, e.g. `GENERAL PRACTICE`. */
  readonly specialty: string;
}

export interface Payer {
  readonly id: string;
  readonly name: string;
  readonly kind: 'government' | 'private' | 'none';
  /** Share of a cost that it pays, 0 to 1, after the patient's copay in US dollars. */
  readonly coinsurance: number;
  readonly copay: number;
}

/** What all patients of a run share. Made from the seed and the population's settings, the same in every worker. */
export interface Directory {
  readonly organizations: readonly Organization[];
  readonly practitioners: readonly Practitioner[];
  readonly payers: readonly Payer[];
}
