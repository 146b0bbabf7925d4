import type { CodeSystem } from '../../../cohort/index.js';

/**
 * URIs of the code systems in FHIR. Our own are OIDs under 2.25 (a UUID as number, ISO/IEC 9834-8), which nobody has to register.
 */
export const systemUris: Readonly<Record<CodeSystem, string>> = {
  SNOMED: 'http://snomed.info/sct',
  LOINC: 'http://loinc.org',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ICD10CM: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10PCS: 'http://www.cms.gov/Medicare/Coding/ICD10',
  CPT: 'http://www.ama-assn.org/go/cpt',
  HCPCS: 'http://terminology.hl7.org/CodeSystem/HCPCS-all-codes',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  'DICOM-DCM': 'http://dicom.nema.org/resources/ontology/DCM',
  'DICOM-SOP': 'urn:ietf:rfc:3986',
  NUBC: 'http://www.nubc.org/patient-discharge',
  UCUM: 'http://unitsofmeasure.org',
  ANAMNESIS: 'urn:oid:2.25.181240397254037127263178129034155610241',
};

/** Namespaces of the identifiers that we give out. */
export const identifierSystems = {
  /** UUID of any entry of a record. */
  entry: 'urn:oid:2.25.181240397254037127263178129034155610242',
  mrn: 'urn:oid:2.25.181240397254037127263178129034155610243',
  member: 'urn:oid:2.25.181240397254037127263178129034155610244',
  npi: 'http://hl7.org/fhir/sid/us-npi',
  dicom: 'urn:dicom:uid',
} as const;

/** A code system of HL7's terminology site. */
export const hl7 = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;
