/** Path of a module → text. */
type Files = ReadonlyMap<string, string>;

const code = (value: string) => ({ system: 'SNOMED-CT', code: value, display: value });

/** An acute illness that is treated in hospital. */
function illness(
  snomed: string,
  { rate, ratios = [] }: { rate: number; ratios?: readonly object[] },
): object {
  return {
    Initial: { type: 'Initial', direct_transition: 'At_Risk' },
    At_Risk: {
      type: 'anamnesis:Hazard',
      incidence: { from_age: [18], female: [rate], male: [rate] },
      ratios,
      direct_transition: 'Onset',
    },
    Onset: {
      type: 'ConditionOnset',
      codes: [code(snomed)],
      target_encounter: 'Admission',
      direct_transition: 'Admission',
    },
    Admission: {
      type: 'Encounter',
      encounter_class: 'inpatient',
      codes: [code('183452005')],
      reason: 'Onset',
      direct_transition: 'Stay',
    },
    Stay: {
      type: 'anamnesis:HospitalStay',
      assign_to_attribute: 'outcome',
      course: {
        severity: { mean: 1.2, sd: 0.5, per_decade: 0.1 },
        organs: { respiratory: 0.8, inflammatory: 0.6 },
        recovery_hours: { median: 40, sigma: 0.4 },
        untreated_per_day: 0.5,
        refractory: 0.03,
        least_hours: 20,
        treatments: [
          {
            id: 'antibiotic',
            kind: 'medication',
            code: { system: 'RxNorm', code: '1807513', display: 'vancomycin 1000 MG Injection' },
            share: 1,
            delay_hours: { median: 2, sigma: 0.3 },
            treats: true,
          },
        ],
        complications: [],
      },
      direct_transition: 'End',
    },
    End: { type: 'EncounterEnd', direct_transition: 'Over' },
    Over: { type: 'ConditionEnd', condition_onset: 'Onset', direct_transition: 'At_Risk' },
  };
}

/** A third is frail from 20 on, and gets pneumonia six times as often; anybody can break a bone. */
export function hospitalLibrary(): Files {
  const frail = { condition_type: 'Attribute', attribute: 'frail', operator: '==', value: true };
  const modules = {
    frailty: {
      Initial: {
        type: 'Initial',
        distributed_transition: [
          { distribution: 1 / 3, transition: 'Frail' },
          { distribution: 2 / 3, transition: 'Terminal' },
        ],
      },
      Frail: { type: 'SetAttribute', attribute: 'frail', value: true, direct_transition: 'Sign' },
      Sign: {
        type: 'Observation',
        category: 'exam',
        unit: '{score}',
        codes: [{ system: 'LOINC', code: '88331-6', display: 'Frailty' }],
        exact: { quantity: 1 },
        direct_transition: 'Wait',
      },
      Wait: { type: 'Delay', exact: { quantity: 1, unit: 'years' }, direct_transition: 'Sign' },
      Terminal: { type: 'Terminal' },
    },
    pneumonia: illness('233604007', { rate: 0.01, ratios: [{ condition: frail, ratio: 6 }] }),
    fracture: illness('125605004', { rate: 0.01 }),
  };
  return new Map(
    Object.entries(modules).map(([name, states]) => [`${name}.json`, JSON.stringify({ name, states })]),
  );
}
