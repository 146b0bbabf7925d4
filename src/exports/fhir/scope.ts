import type { Encounter, PatientRecord, Reason } from '../../cohort/index.js';
import type { RunFacts } from '../types.js';
import type { Codes } from './text/codes.js';
import type { Heads } from './profiles.js';
import type { SharedResources } from './shared.js';
import type { Sink } from './sink.js';

/** What the writers of all patients use. */
export interface ExportScope {
  readonly facts: RunFacts;
  readonly heads: Heads;
  readonly codes: Codes;
  readonly sink: Sink;
  readonly shared: SharedResources;
  readonly claims: boolean;
}

/** One line of a claim: what was done (JSON of a concept) and its price. */
export interface Charge {
  readonly concept: string;
  readonly usd: number;
}

/** What the writers of one patient's resources use: references made once, and what later resources need of earlier ones. */
export class PatientScope implements ExportScope {
  readonly facts: RunFacts;
  readonly heads: Heads;
  readonly codes: Codes;
  readonly sink: Sink;
  readonly shared: SharedResources;
  readonly claims: boolean;
  readonly record: PatientRecord;
  /** `Reference` to the patient. */
  readonly patient: string;
  /** `,"subject":…` */
  readonly subject: string;
  readonly #encounters: readonly string[];
  readonly #charges: Charge[][];
  readonly #diagnoses: string[][];
  #targets = '';

  constructor(scope: ExportScope, record: PatientRecord) {
    this.facts = scope.facts;
    this.heads = scope.heads;
    this.codes = scope.codes;
    this.sink = scope.sink;
    this.shared = scope.shared;
    this.claims = scope.claims;
    this.record = record;
    this.patient = this.sink.reference('Patient', record.person.id);
    this.subject = `,"subject":${this.patient}`;
    this.#encounters = record.encounters.map((e) => this.sink.reference('Encounter', e.id));
    this.#charges = record.encounters.map(() => []);
    this.#diagnoses = record.encounters.map(() => []);
  }

  /** Hands a finished resource on and remembers it as one that the Provenance is about. */
  emit(type: string, id: string, json: string): void {
    this.#targets += `${this.#targets === '' ? '' : ','}${this.sink.reference(type, id)}`;
    this.sink.add(type, id, json);
  }

  /** References of everything emitted so far, separated by commas. */
  get targets(): string {
    return this.#targets;
  }

  encounterReference(position: number): string {
    return this.#encounters[position]!;
  }

  /** `,"encounter":…` or nothing outside of care. `key` names the property. */
  encounter(position: number | null, key = 'encounter'): string {
    return position === null ? '' : `,"${key}":${this.#encounters[position]!}`;
  }

  /** The encounter at a position. */
  visit(position: number | null): Encounter | null {
    return position === null ? null : this.record.encounters[position]!;
  }

  /** `Reference` to the practitioner of an encounter; null outside of care. */
  practitioner(position: number | null): string | null {
    const visit = this.visit(position);
    return visit === null ? null : this.shared.practitioners[visit.practitioner]!.reference;
  }

  /** `Reference` to the organization of an encounter; null outside of care. */
  organization(position: number | null): string | null {
    const visit = this.visit(position);
    return visit === null ? null : this.shared.organizations[visit.organization]!.reference;
  }

  conditionReference(position: number): string {
    return this.sink.reference('Condition', this.record.conditions[position]!.id);
  }

  /** `,"reasonReference":[…]` for a condition of this record, else `,"reasonCode":[…]`, or nothing. */
  reason(reason: Reason | null): string {
    if (reason === null) return '';
    return reason.condition === null
      ? `,"reasonCode":[${this.codes.concept1(reason.code)}]`
      : `,"reasonReference":[${this.conditionReference(reason.condition)}]`;
  }

  charge(encounter: number | null, charge: Charge): void {
    if (this.claims && encounter !== null) this.#charges[encounter]!.push(charge);
  }

  chargesOf(encounter: number): readonly Charge[] {
    return this.#charges[encounter]!;
  }

  diagnosed(encounter: number | null, condition: number): void {
    if (this.claims && encounter !== null)
      this.#diagnoses[encounter]!.push(this.conditionReference(condition));
  }

  diagnosesOf(encounter: number): readonly string[] {
    return this.#diagnoses[encounter]!;
  }
}
