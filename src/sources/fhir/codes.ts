import type { Concept } from './shapes.js';

/** Our names of code systems by their URL in FHIR. */
const systems: Readonly<Record<string, string>> = {
  'http://snomed.info/sct': 'SNOMED',
  'http://loinc.org': 'LOINC',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RXNORM',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD10CM',
  'http://hl7.org/fhir/sid/icd-9-cm': 'ICD9CM',
  'http://www.cms.gov/Medicare/Coding/ICD10': 'ICD10PCS',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
  'http://hl7.org/fhir/sid/ndc': 'NDC',
  'http://www.ama-assn.org/go/cpt': 'CPT',
  'urn:oid:2.16.840.1.113883.6.285': 'HCPCS',
  'http://terminology.hl7.org/CodeSystem/HCPCS-all-codes': 'HCPCS',
  'http://dicom.nema.org/resources/ontology/DCM': 'DICOM-DCM',
  'http://www.nubc.org/patient-discharge': 'NUBC',
  'urn:oid:2.25.181240397254037127263178129034155610241': 'ANAMNESIS',
};

/** A coding with the store's name of its system. */
export interface StoreCode {
  readonly system: string;
  readonly code: string;
  readonly display: string | undefined;
}

/** The codings of a concept in their order. A system without a name of ours goes by the last part of its URL. */
export function codingsOf(concept: Concept | undefined): StoreCode[] {
  return (concept?.coding ?? []).flatMap(({ system, code, display }) => {
    if (code === undefined || code === '') return [];
    return [{ system: systemName(system), code, display: display ?? concept?.text }];
  });
}

function systemName(url: string | undefined): string {
  if (url === undefined) return 'FHIR';
  const last = url.split(/[/:#]/).findLast((part) => part !== '') ?? '';
  return systems[url] ?? (last.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_') || 'FHIR');
}

/** The first coding of the wanted system, else the first. */
export function preferred(codings: readonly StoreCode[], system: string): StoreCode | undefined {
  return codings.find((c) => c.system === system) ?? codings[0];
}

export function storeCode({ system, code }: StoreCode): string {
  return `${system}//${code}`;
}

/** The id at the end of a reference: `Patient/1`, `urn:uuid:1`, `https://…/Patient/1`. Undefined for a search (`Practitioner?…`). */
export function idOf(reference: string | undefined): string | undefined {
  if (reference === undefined || reference.includes('?') || reference.startsWith('#')) return undefined;
  return reference.split(/[/:]/).at(-1);
}

/** A FHIR date, dateTime or instant as DuckDB reads a TIMESTAMP in UTC; null where it is none. A partial date means its beginning. */
export function timeOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}
