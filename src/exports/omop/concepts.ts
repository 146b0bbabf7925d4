import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { EncounterClass, Organization, Person } from '../../cohort/index.js';

const conceptSchema = z.strictObject({
  id: z.int().min(0),
  name: z.string(),
  domain: z.string(),
  vocabulary: z.string(),
  conceptClass: z.string(),
  code: z.string(),
});

/** A standard concept of the OHDSI vocabularies. */
export type Concept = z.infer<typeof conceptSchema>;

/**
 * Standard concepts that are used without a copy of the vocabularies at hand: those whose ids are certain. What is not here has concept_id 0 and keeps
 * its source value; an Athena download (option `vocabulary`) resolves the rest.
 */
export const concepts: readonly Concept[] = z
  .array(conceptSchema)
  .parse(JSON.parse(readFileSync(new URL('./concepts.json', import.meta.url), 'utf8')));

/** Vocabularies of OHDSI by our short names of code systems. */
export const vocabularies: Readonly<Record<string, string>> = {
  SNOMED: 'SNOMED',
  LOINC: 'LOINC',
  RXNORM: 'RxNorm',
  ICD10CM: 'ICD10CM',
  ICD10PCS: 'ICD10PCS',
  CPT: 'CPT4',
  HCPCS: 'HCPCS',
  CVX: 'CVX',
  UCUM: 'UCUM',
};

export const genderConcepts: Readonly<Record<Person['sex'], number>> = { female: 8532, male: 8507 };
export const raceConcepts: Readonly<Record<Person['race'], number>> = {
  white: 8527,
  black: 8516,
  asian: 8515,
  native: 8657,
  hawaiian: 8557,
  other: 0,
};
export const ethnicityConcepts: Readonly<Record<Person['ethnicity'], number>> = {
  hispanic: 38003563,
  nonhispanic: 38003564,
};
/** No certain standard concept is known for a stay in an observation unit. */
export const visitConcepts: Readonly<Record<EncounterClass, number>> = {
  wellness: 9202,
  ambulatory: 9202,
  outpatient: 9202,
  urgentcare: 8782,
  emergency: 9203,
  inpatient: 9201,
  icu: 32037,
  observation: 0,
  virtual: 5083,
  home: 581476,
  snf: 8863,
  hospice: 8546,
};
export const placeConcepts: Readonly<Record<Organization['kind'], number>> = {
  hospital: 8717,
  clinic: 8940,
  urgentcare: 8782,
  snf: 8863,
  hospice: 8546,
  home: 581476,
  pharmacy: 0,
};
export const typeConcepts = {
  ehr: 32817,
  administration: 32818,
  encounter: 32827,
  note: 32831,
  prescription: 32838,
  problemList: 32840,
  lab: 32856,
  cost: 32814,
} as const;
export const usDollar = 44818668;
export const english = 4180186;
export const generalPractice = 38004446;
