/** Columns of an encounter that are known when it starts. */
const encounterAttributes = ['unit', 'admit_source', 'admission_type', 'hospital_id', 'reason_code'] as const;
const subjectAttributes = ['sex', 'race', 'ethnicity', 'language', 'region', 'payer'] as const;

/** A text attribute is a category; a numeric one a number with a UCUM unit. */
export interface Attribute {
  readonly name: string;
  readonly kind: 'categorical' | 'continuous';
  readonly unit?: string;
  readonly decimals?: number;
  readonly description: string;
}

/**
 * What a unit (an ICU stay or an admission) can lend as a feature or anchor. All of it is known when the unit starts; what becomes
 * known later (discharge_disposition, end, died, death_time) is left out on purpose.
 */
const attributes: readonly Attribute[] = [
  { name: 'age', kind: 'continuous', unit: 'a', decimals: 0, description: 'age at the start of the unit' },
  {
    name: 'hours_in_hospital',
    kind: 'continuous',
    unit: 'h',
    decimals: 1,
    description: 'hours from admission to the start of the unit',
  },
  {
    name: 'start_hour',
    kind: 'continuous',
    unit: 'h',
    decimals: 0,
    description: 'hour of the day at which the unit starts, as the source dates it',
  },
  ...subjectAttributes.map((name) => text(name, name)),
  ...encounterAttributes.map((name) => text(`unit.${name}`, `${name} of the unit`)),
  ...encounterAttributes.map((name) => text(`admission.${name}`, `${name} of the admission`)),
];

export const attributeNames = attributes.map((a) => a.name);

/** Attributes that a reader may look for and that would give the outcome away, with the reason. */
export const knownTooLate: Readonly<Record<string, string>> = {
  discharge_disposition: 'known only at discharge',
  end: 'known only at discharge',
  died: 'the outcome itself',
  death_time: 'the outcome itself',
};

export function attributeOf(name: string): Attribute {
  return attributes.find((a) => a.name === name)!;
}

function text(name: string, description: string): Attribute {
  return { name, kind: 'categorical', description };
}
