import type { CodeSystem } from '../../../cohort/index.js';

/** Forms of codes by system: what every valid code has. */
const forms: Readonly<Partial<Record<CodeSystem, RegExp>>> = {
  SNOMED: /^[1-9]\d{5,17}$/u,
  LOINC: /^(?:\d{1,7}-\d|LA\d+-\d|LP\d+-\d)$/u,
  RXNORM: /^[1-9]\d{0,7}$/u,
  ICD10CM: /^[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$/u,
  ICD10PCS: /^[0-9A-HJ-NP-Z]{7}$/u,
  CVX: /^\d{1,3}$/u,
  NUBC: /^\d{1,2}$/u,
  'DICOM-SOP': /^[0-2](?:\.\d+)+$/u,
};

/** Whether a code has the form of its system. */
export function hasCodeForm(system: CodeSystem, code: string): boolean {
  return forms[system]?.test(code) ?? code !== '';
}
