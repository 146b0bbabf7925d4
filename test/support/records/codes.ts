import type { Coding, CodeSystem } from '../../../src/cohort/index.js';

/** A coding in one line. */
export function code(system: CodeSystem, value: string, display: string): Coding {
  return { system, code: value, display };
}

export const snomed = (value: string, display: string): Coding => code('SNOMED', value, display);
export const loinc = (value: string, display: string): Coding => code('LOINC', value, display);
export const rxnorm = (value: string, display: string): Coding => code('RXNORM', value, display);

/** Visits by class: the code that a module of Synthea's would give. */
export const visits = {
  wellness: snomed('162673000', 'General examination of patient (procedure)'),
  ambulatory: snomed('185345009', 'Encounter for symptom'),
  outpatient: snomed('185347001', 'Encounter for problem (procedure)'),
  urgentcare: snomed('702927004', 'Urgent care clinic (environment)'),
  emergency: snomed('50849002', 'Emergency room admission (procedure)'),
  inpatient: snomed('32485007', 'Hospital admission (procedure)'),
  icu: snomed('305351004', 'Admission to intensive care unit (procedure)'),
  observation: snomed('448951000124107', 'Admission to observation unit (procedure)'),
  virtual: snomed('448337001', 'Telemedicine consultation with patient (procedure)'),
  home: snomed('439708006', 'Home visit (procedure)'),
  snf: snomed('449214001', 'Transfer to stepdown unit (procedure)'),
  hospice: snomed('305336008', 'Admission to hospice (procedure)'),
} as const;

/** Long-term conditions with their ICD-10-CM equivalent. */
export const chronic: readonly (readonly Coding[])[] = [
  [
    snomed('59621000', 'Essential hypertension (disorder)'),
    code('ICD10CM', 'I10', 'Essential (primary) hypertension'),
  ],
  [
    snomed('44054006', 'Diabetes mellitus type 2 (disorder)'),
    code('ICD10CM', 'E11.9', 'Type 2 diabetes mellitus without complications'),
  ],
  [snomed('195967001', 'Asthma (disorder)'), code('ICD10CM', 'J45.909', 'Unspecified asthma, uncomplicated')],
  [snomed('55822004', 'Hyperlipidemia (disorder)'), code('ICD10CM', 'E78.5', 'Hyperlipidemia, unspecified')],
  [snomed('423315002', 'Limited social contact (finding)')],
];

/** Episodes that begin and end. */
export const episodes: readonly (readonly Coding[])[] = [
  [
    snomed('444814009', 'Viral sinusitis (disorder)'),
    code('ICD10CM', 'J01.90', 'Acute sinusitis, unspecified'),
  ],
  [
    snomed('10509002', 'Acute bronchitis (disorder)'),
    code('ICD10CM', 'J20.9', 'Acute bronchitis, unspecified'),
  ],
  [snomed('44465007', 'Sprain of ankle (disorder)')],
  [
    snomed('65363002', 'Otitis media (disorder)'),
    code('ICD10CM', 'H66.90', 'Otitis media, unspecified, unspecified ear'),
  ],
];

/** What brings somebody to hospital. */
export const admissions: readonly (readonly Coding[])[] = [
  [snomed('91302008', 'Sepsis (disorder)'), code('ICD10CM', 'A41.9', 'Sepsis, unspecified organism')],
  [snomed('233604007', 'Pneumonia (disorder)'), code('ICD10CM', 'J18.9', 'Pneumonia, unspecified organism')],
  [
    snomed('401303003', 'Acute ST segment elevation myocardial infarction (disorder)'),
    code('ICD10CM', 'I21.3', 'ST elevation (STEMI) myocardial infarction of unspecified site'),
  ],
];

export const drugs: readonly (readonly Coding[])[] = [
  [rxnorm('314076', 'lisinopril 10 MG Oral Tablet')],
  [rxnorm('860975', '24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet')],
  [rxnorm('745679', '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler')],
  [rxnorm('308136', 'amlodipine 2.5 MG Oral Tablet')],
];

export const infusions: readonly (readonly Coding[])[] = [
  [rxnorm('242969', 'norepinephrine 1 MG/ML Injection'), code('ANAMNESIS', 'vasopressor', 'Vasopressor')],
  [rxnorm('1659149', 'piperacillin 4000 MG / tazobactam 500 MG Injection')],
];

export const procedures: readonly (readonly Coding[])[] = [
  [snomed('430193006', 'Medication reconciliation (procedure)')],
  [snomed('76601001', 'Intramuscular injection (procedure)')],
  [snomed('40701008', 'Echocardiography (procedure)'), code('CPT', '93306', 'Echocardiography, complete')],
  [
    snomed('40617009', 'Artificial respiration (procedure)'),
    code('ICD10PCS', '5A1955Z', 'Respiratory Ventilation, Greater than 96 Consecutive Hours'),
  ],
];

export const vaccines: readonly (readonly Coding[])[] = [
  [code('CVX', '140', 'Influenza, seasonal, injectable, preservative free')],
  [code('CVX', '113', 'Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed')],
  [code('CVX', '08', 'Hep B, adolescent or pediatric')],
];

export const oral = snomed('26643006', 'Oral route (qualifier value)');
