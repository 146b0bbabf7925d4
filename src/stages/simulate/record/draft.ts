import type * as R from '../../../cohort/index.js';

/** An entry while the life goes on: the finished form, open to change; ids come at the end. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A record while the life goes on. */
export interface RecordDraft {
  readonly encounters: Draft<R.Encounter>[];
  readonly conditions: Draft<R.Condition>[];
  readonly allergies: Draft<R.Allergy>[];
  readonly observations: Draft<R.Observation>[];
  readonly reports: Draft<R.DiagnosticReport>[];
  readonly procedures: Draft<R.Procedure>[];
  readonly medications: Draft<MedicationDraft>[];
  readonly immunizations: Draft<R.Immunization>[];
  readonly imaging: Draft<R.ImagingStudy>[];
  readonly devices: Draft<R.Device>[];
  readonly supplies: Draft<R.Supply>[];
  readonly carePlans: Draft<R.CarePlan>[];
  readonly notes: Draft<R.Note>[];
  readonly truth: R.Truth[];
}

/** How often a prescription may be filled, as far as the module says so. */
export interface Refills {
  readonly refills: number;
  /** What one dispense lasts, milliseconds. */
  readonly dispenseMs: number;
}

export interface MedicationDraft extends R.Medication {
  readonly supply: Refills | null;
}

export function emptyDraft(): RecordDraft {
  return {
    encounters: [],
    conditions: [],
    allergies: [],
    observations: [],
    reports: [],
    procedures: [],
    medications: [],
    immunizations: [],
    imaging: [],
    devices: [],
    supplies: [],
    carePlans: [],
    notes: [],
    truth: [],
  };
}
