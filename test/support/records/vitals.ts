import type { Rng } from '../../../src/core/index.js';
import type { ObservationPart, ObservationValue } from '../../../src/cohort/index.js';
import { chance, level } from './random.js';
import { loinc, snomed } from './codes.js';
import type { DraftObservation } from './life.js';

export const quantity = (value: number, unit: string, decimals: number): ObservationValue => ({
  kind: 'quantity',
  value,
  unit,
  decimals,
});

const part = (value: string, display: string, mmHg: number): ObservationPart => ({
  codes: [loinc(value, display)],
  value: quantity(mmHg, 'mm[Hg]', 0),
});

function simple(parts: readonly [string, string], value: ObservationValue): DraftObservation {
  return { codes: [loinc(parts[0], parts[1])], category: 'vital-signs', value };
}

/** One set of vital signs; for children the head circumference and percentiles too. */
export function vitalSigns(rng: Rng, age: number): DraftObservation[] {
  const tall = age < 18 ? 50 + 6.5 * age : 170;
  const height = level(rng, tall, 5, 1);
  const weight = level(rng, age < 18 ? 3.4 + 3.2 * age : 78, age < 2 ? 0.3 : 5, 1);
  const systolic = level(rng, 122, 12, 0);
  const out: DraftObservation[] = [
    simple(['8302-2', 'Body Height'], quantity(height, 'cm', 1)),
    simple(['29463-7', 'Body Weight'], quantity(weight, 'kg', 1)),
    {
      codes: [loinc('85354-9', 'Blood pressure panel with all children optional')],
      category: 'vital-signs',
      value: null,
      components: [
        part('8462-4', 'Diastolic Blood Pressure', systolic - 42),
        part('8480-6', 'Systolic Blood Pressure', systolic),
      ],
    },
    simple(['8867-4', 'Heart rate'], quantity(level(rng, 76, 8, 0), '/min', 0)),
    simple(['9279-1', 'Respiratory rate'], quantity(level(rng, 15, 1, 0), '/min', 0)),
    simple(['8310-5', 'Body temperature'], quantity(level(rng, 37, 0.3, 1), 'Cel', 1)),
    simple(['2708-6', 'Oxygen saturation in Arterial blood'], quantity(level(rng, 97, 1, 0), '%', 0)),
    chance(rng, 0.1)
      ? simple(['39156-5', 'Body mass index (BMI) [Ratio]'], { kind: 'absent', reason: 'not-performed' })
      : simple(
          ['39156-5', 'Body mass index (BMI) [Ratio]'],
          quantity(Number((weight / (height / 100) ** 2).toFixed(2)), 'kg/m2', 2),
        ),
  ];
  if (age < 3) {
    out.push(
      simple(['9843-4', 'Head Occipital-frontal circumference'], quantity(level(rng, 44, 1, 2), 'cm', 2)),
    );
    out.push(
      simple(['8289-1', 'Head Occipital-frontal circumference Percentile'], quantity(rng.int(100), '%', 0)),
    );
    out.push(simple(['77606-2', 'Weight-for-length Per age and sex'], quantity(rng.int(100), '%', 0)));
  } else if (age < 20) {
    out.push(
      simple(
        ['59576-9', 'Body mass index (BMI) [Percentile] Per age and sex'],
        quantity(rng.int(100), '%', 0),
      ),
    );
  }
  return out;
}

/** A lipid panel: four laboratory values, one of them perhaps lost. */
export function lipids(rng: Rng): DraftObservation[] {
  const lab = (id: string, display: string, mean: number): DraftObservation => ({
    codes: [loinc(id, display)],
    category: 'laboratory',
    value: chance(rng, 0.03)
      ? { kind: 'absent', reason: 'error' }
      : quantity(level(rng, mean, mean / 8, 2), 'mg/dL', 2),
    referenceRange: { low: null, high: 200 },
  });
  return [
    lab('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 190),
    lab('2571-8', 'Triglycerides', 140),
    lab('18262-6', 'Low Density Lipoprotein Cholesterol', 110),
    lab('2085-9', 'High Density Lipoprotein Cholesterol', 55),
  ];
}

/** Answers and findings of every kind of value. */
export function findings(rng: Rng): DraftObservation[] {
  return [
    {
      codes: [loinc('72166-2', 'Tobacco smoking status')],
      category: 'social-history',
      value: {
        kind: 'coding',
        coding: chance(rng, 0.2)
          ? snomed('449868002', 'Smokes tobacco daily (finding)')
          : snomed('266919005', 'Never smoked tobacco (finding)'),
      },
    },
    {
      codes: [loinc('44261-6', 'Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]')],
      category: 'survey',
      value: quantity(rng.int(27), '{score}', 0),
    },
    {
      codes: [
        loinc('93025-5', 'Protocol for Responding to and Assessing Patients’ Assets, Risks, and Experiences'),
      ],
      category: 'survey',
      value: null,
      components: [
        {
          codes: [loinc('56051-6', 'Do you consider yourself Hispanic/Latino?')],
          value: { kind: 'boolean', value: false },
        },
        {
          codes: [loinc('71802-3', 'Housing status')],
          value: { kind: 'coding', coding: loinc('LA30189-7', 'I have housing') },
        },
        {
          codes: [loinc('63586-2', 'Total family income')],
          value: { kind: 'absent', reason: 'asked-declined' },
        },
      ],
    },
    {
      codes: [loinc('5778-6', 'Color of Urine')],
      category: 'laboratory',
      value: { kind: 'text', text: 'dark “amber” & cloudy\n<2nd sample>' },
    },
  ];
}
