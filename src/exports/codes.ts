import type { Coding, PatientRecord } from '../cohort/index.js';

/** Texts of codes, each joined once: entries use the same few thousand over and over. */
const joined = new Map<string, Map<string, string>>();

/** `SYSTEM//code`, as in the cohort store and in MEDS. */
export function systemCode({ system, code }: Pick<Coding, 'system' | 'code'>): string {
  let texts = joined.get(system);
  if (texts === undefined) joined.set(system, (texts = new Map<string, string>()));
  let text = texts.get(code);
  if (text === undefined) texts.set(code, (text = `${system}//${code}`));
  return text;
}

/** The subject's number in stores and tables: its position in the population, from 1. */
export function subjectId(record: PatientRecord): number {
  return record.index + 1;
}

/** The coding in a system, where an entry has one. */
export function codingIn(codes: readonly Coding[], system: Coding['system']): Coding | undefined {
  return codes.find((coding) => coding.system === system);
}
