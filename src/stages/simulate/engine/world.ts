import type { Rng } from '../../../core/index.js';
import type {
  Coding,
  Coverage,
  Directory,
  EncounterClass,
  Person,
  PatientRecord,
} from '../../../cohort/index.js';

/** What a module can keep about a person from outside the modules. */
export type PlainValue = string | number | boolean;

export interface AttributeView {
  get(name: string): unknown;
}

/** Everything about one person that does not come from modules, bound to that person. */
export interface Being {
  readonly birthTime: number;
  readonly sex: Person['sex'];
  readonly race: Person['race'];
  readonly ethnicity: Person['ethnicity'];
  readonly socioeconomicCategory: string;
  /** Attributes at birth under the names that Synthea's modules read. */
  readonly attributes: ReadonlyMap<string, PlainValue>;
  /** Attributes that change with age, in order of time. */
  readonly changes: readonly { readonly time: number; readonly name: string; readonly value: PlainValue }[];
  /** Death from the causes that no module explains. */
  readonly death: { readonly time: number; readonly cause: Coding } | null;
  /** The body: value of a vital sign at a time, rounded to the instrument. */
  vitalSign(name: string, time: number, attributes: AttributeView): number;
  /** Value of an attribute that follows from others, asked when it is absent. */
  derived(name: string, time: number, attributes: AttributeView): PlainValue | undefined;
  /** Time of the next wellness visit after the last one. */
  nextWellness(last: number | null, rng: Rng): number;
  /** Doses that are due at a visit; they count as given. */
  immunizations(
    time: number,
  ): readonly { readonly code: Coding; readonly dose: number; readonly cost: number }[];
  choose(
    encounterClass: EncounterClass,
    time: number,
  ): { readonly organization: number; readonly practitioner: number };
  coverages(endTime: number): readonly Omit<Coverage, 'id'>[];
  finish(end: Pick<Person, 'id' | 'deathTime' | 'causeOfDeath'> & Pick<PatientRecord, 'endTime'>): Person;
}

/** What lies around the modules: people, their bodies, who cares for them and who pays. */
export interface World {
  readonly directory: Directory;
  isVitalSign(name: string): boolean;
  vitalFacts(name: string): {
    readonly unit: string;
    readonly decimals: number;
    readonly low: number | null;
    readonly high: number | null;
  };
  /** Decimals and normal range, in `unit`, of a laboratory value by its LOINC code, where known. */
  labFacts(loinc: string): ReturnType<World['vitalFacts']> | undefined;
  /** Codes that mean the same in other systems (ICD-10-CM beside SNOMED CT). */
  equivalents(
    code: Coding,
    person: { readonly sex: Person['sex']; readonly ageYears: number },
  ): readonly Coding[];
  encounterCost(encounterClass: EncounterClass): number;
  procedureCost(code: Coding): number;
  medicationCost(code: Coding): number;
  reportCost(code: Coding): number;
  immunizationCost(code: Coding): number;
  /** @param group stream of what the population is described by (age, sex, race, place …), where it is not to be the person's own. */
  being(index: number, rng: Rng, group?: Rng): Being;
}
