import type { Coding, PatientRecord } from '../cohort/index.js';

/** `SYSTEM//code`, as in the cohort store and in MEDS. */
export function systemCode({ system, code }: Coding): string {
  return `${system}//${code}`;
}

/** The subject's number in stores and tables: its position in the population, from 1. */
export function subjectId(record: PatientRecord): number {
  return record.index + 1;
}

/** The coding in a system, where an entry has one. */
export function codingIn(codes: readonly Coding[], system: Coding['system']): Coding | undefined {
  return codes.find((coding) => coding.system === system);
}
