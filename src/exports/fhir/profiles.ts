import { timeText } from './text/time.js';
import { quote } from './text/json.js';

const base = 'http://hl7.org/fhir/us/core/StructureDefinition';

/** US Core 6.1 profiles that resources claim to follow; the short name is the last part of the canonical URL. */
export type Profile =
  | 'us-core-patient'
  | 'us-core-encounter'
  | 'us-core-condition-encounter-diagnosis'
  | 'us-core-condition-problems-health-concerns'
  | 'us-core-allergyintolerance'
  | 'us-core-observation-lab'
  | 'us-core-observation-clinical-result'
  | 'us-core-observation-screening-assessment'
  | 'us-core-observation-sexual-orientation'
  | 'us-core-simple-observation'
  | 'us-core-smokingstatus'
  | 'us-core-vital-signs'
  | 'us-core-blood-pressure'
  | 'us-core-bmi'
  | 'us-core-body-height'
  | 'us-core-body-temperature'
  | 'us-core-body-weight'
  | 'us-core-head-circumference'
  | 'us-core-heart-rate'
  | 'us-core-pulse-oximetry'
  | 'us-core-respiratory-rate'
  | 'head-occipital-frontal-circumference-percentile'
  | 'pediatric-bmi-for-age'
  | 'pediatric-weight-for-height'
  | 'us-core-medicationrequest'
  | 'us-core-procedure'
  | 'us-core-immunization'
  | 'us-core-diagnosticreport-lab'
  | 'us-core-diagnosticreport-note'
  | 'us-core-careplan'
  | 'us-core-careteam'
  | 'us-core-goal'
  | 'us-core-implantable-device'
  | 'us-core-documentreference'
  | 'us-core-location'
  | 'us-core-organization'
  | 'us-core-practitioner'
  | 'us-core-practitionerrole'
  | 'us-core-coverage'
  | 'us-core-provenance';

/** Begins resources: everything up to the opening quote of the id, made once per type and profile. */
export class Heads {
  readonly #usCore: boolean;
  readonly #more: string;
  /** By type and profile. */
  readonly #made = new Map<string, Map<Profile | null, string>>();

  /** `lastUpdated`: milliseconds, stands in every `meta` where a server would have put it (Bulk Data); null leaves it out. */
  constructor(usCore: boolean, lastUpdated: number | null) {
    this.#usCore = usCore;
    this.#more = lastUpdated === null ? '' : `"lastUpdated":"${timeText(lastUpdated)}"`;
  }

  /** JSON up to and including the id. */
  of(type: string, profile: Profile | null, id: string): string {
    let heads = this.#made.get(type);
    if (heads === undefined) this.#made.set(type, (heads = new Map<Profile | null, string>()));
    let head = heads.get(profile);
    if (head === undefined) heads.set(profile, (head = this.#make(type, profile, '')));
    return `${head}${id}"`;
  }

  /** The same with further JSON inside `meta`. */
  withMeta(type: string, profile: Profile | null, id: string, meta: string): string {
    return `${this.#make(type, profile, meta)}${id}"`;
  }

  #make(type: string, profile: Profile | null, meta: string): string {
    const named = this.#usCore && profile !== null ? `"profile":[${quote(`${base}/${profile}`)}]` : '';
    const parts = [this.#more, named, meta].filter((part) => part !== '').join(',');
    return `{"resourceType":"${type}",${parts === '' ? '' : `"meta":{${parts}},`}"id":"`;
  }
}
