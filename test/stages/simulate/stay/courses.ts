import { courseSchema } from '../../../../src/stages/simulate/stay/index.js';
import type { Course, StayPatient } from '../../../../src/stages/simulate/stay/index.js';

const levels: Readonly<Record<string, number>> = {
  'Heart Rate': 74,
  'Systolic Blood Pressure': 128,
  'Diastolic Blood Pressure': 76,
  Hemoglobin: 14,
  Weight: 78,
  Height: 168,
};

export function patient(ageYears: number, chronic: StayPatient['chronic'] = {}): StayPatient {
  return { ageYears, sex: 'female', chronic, level: (sign) => levels[sign] ?? 0 };
}

/** An infection that all organs answer to. */
export const infection = {
  severity: { mean: 1.6, sd: 0.8, per_decade: 0.13 },
  organs: {
    cardiovascular: 0.7,
    respiratory: 0.7,
    renal: 0.5,
    neurologic: 0.3,
    metabolic: 0.4,
    inflammatory: 1.1,
  },
  recovery_hours: { median: 70, sigma: 0.5 },
  untreated_per_day: 1,
  refractory: 0.06,
  least_hours: 24,
  treatments: [
    {
      id: 'antibiotic',
      kind: 'medication',
      code: { system: 'RxNorm', code: '1665021', display: 'ceftriaxone 1000 MG Injection' },
      share: 0.95,
      delay_hours: { median: 2, sigma: 0.6 },
      hours: { median: 120, sigma: 0.3 },
      dose: { value: 1, unit: 'g', everyHours: 24 },
      route: 'intravenous',
      treats: true,
    },
  ],
  complications: [
    {
      code: { system: 'SNOMED-CT', code: '76571007', display: 'Septic shock (disorder)' },
      per_day: 0.05,
      organ: 'cardiovascular',
      dysfunction: 1.2,
      acuity: 0.5,
    },
  ],
};

export function course(change: object = {}): Course {
  return courseSchema.parse({ ...infection, ...change });
}
