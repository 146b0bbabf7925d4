import type { Directory, Encounter, Medication, PatientRecord, Payer } from '../cohort/index.js';

/** What something cost and who paid, in US dollars. */
export interface Charge {
  readonly total: number;
  /** The payer's part; the rest is the patient's. */
  readonly covered: number;
}

/** The charges of a record: one an encounter (the visit and what was done in it), one a medication (all its dispenses). */
export interface Charges {
  readonly encounters: readonly Charge[];
  readonly medications: readonly Charge[];
  readonly total: number;
  readonly covered: number;
}

/** What a payer pays of a charge: its share of what is above the copay; nothing without a payer. */
function paidBy(payer: Payer | undefined, total: number): number {
  return payer === undefined ? 0 : cents(payer.coinsurance * Math.max(0, total - payer.copay));
}

/** The payer of an encounter; undefined where the patient pays alone. */
export function payerOf(
  record: PatientRecord,
  encounter: Encounter | undefined,
  directory: Directory,
): Payer | undefined {
  const position = encounter?.coverage;
  if (position === null || position === undefined) return undefined;
  const coverage = record.coverages[position];
  return coverage === undefined ? undefined : directory.payers[coverage.payer];
}

/** A claim for an encounter holds the visit, its procedures, immunizations and reports; every medication is a claim of its own. */
export function chargesOf(record: PatientRecord, directory: Directory): Charges {
  const totals = record.encounters.map((encounter) => encounter.cost);
  for (const entry of [...record.procedures, ...record.immunizations, ...record.reports]) {
    if (entry.encounter !== null) totals[entry.encounter] = (totals[entry.encounter] ?? 0) + entry.cost;
  }
  const encounters = record.encounters.map((encounter, i) =>
    charge(payerOf(record, encounter, directory), totals[i]!),
  );
  const medications = record.medications.map((medication) =>
    charge(
      payerOf(record, encounterOf(record, medication), directory),
      medication.cost * medication.dispenses,
    ),
  );
  const all = [...encounters, ...medications];
  return {
    encounters,
    medications,
    total: cents(all.reduce((sum, c) => sum + c.total, 0)),
    covered: cents(all.reduce((sum, c) => sum + c.covered, 0)),
  };
}

function charge(payer: Payer | undefined, amount: number): Charge {
  const total = cents(amount);
  return { total, covered: paidBy(payer, total) };
}

/** The encounter that an entry was recorded in. */
function encounterOf(record: PatientRecord, entry: Pick<Medication, 'encounter'>): Encounter | undefined {
  return entry.encounter === null ? undefined : record.encounters[entry.encounter];
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
