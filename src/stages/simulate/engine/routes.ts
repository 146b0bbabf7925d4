import type { Coding } from '../../../cohort/index.js';

const coding = (code: string, display: string): Coding => ({ system: 'SNOMED', code, display });

/** Ways that a drug is given, in SNOMED CT. */
export const routes = {
  oral: coding('26643006', 'Oral route (qualifier value)'),
  nasogastric: coding('127492001', 'Nasogastric route (qualifier value)'),
  inhaled: coding('447694001', 'Respiratory tract route (qualifier value)'),
  transdermal: coding('45890007', 'Transdermal route (qualifier value)'),
  intravenous: coding('47625008', 'Intravenous route (qualifier value)'),
  subcutaneous: coding('34206005', 'Subcutaneous route (qualifier value)'),
} as const;
