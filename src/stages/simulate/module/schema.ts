import { z } from 'zod';
import { section } from '../../../core/index.js';
import { conditionSchema } from './condition-schema.js';
import { courseSchema, organs } from '../stay/index.js';
import { hazardShape } from './hazard-schema.js';
import { codeSchema, distributionSchema, exactSchema, rangeSchema, remarks, timeUnits } from './parts.js';

/** Keys that every state may have. */
const common = {
  name: z.string().optional(),
  remarks,
  /** Our own annotations (sources of numbers); the engine does not read them. */
  anamnesis: z.looseObject({}).optional(),
};

const probability = z.union([
  z.number().min(0).max(1),
  section({ attribute: z.string().min(1), default: z.number().min(0).max(1) }),
]);
const weighted = section({ transition: z.string(), distribution: probability, remarks });
const transitions = {
  direct_transition: z.string().optional(),
  distributed_transition: z.array(weighted).min(1).optional(),
  conditional_transition: z
    .array(section({ condition: conditionSchema.optional(), transition: z.string(), remarks }))
    .min(1)
    .optional(),
  complex_transition: z
    .array(
      section({
        condition: conditionSchema.optional(),
        transition: z.string().optional(),
        distributions: z.array(weighted).optional(),
        remarks,
      }),
    )
    .min(1)
    .optional(),
  lookup_table_transition: z
    .array(
      section({
        transition: z.string(),
        default_probability: z.union([z.number().min(0).max(1), z.string().regex(/^\d+(\.\d+)?$/u)]),
        lookup_table_name: z.string().min(1),
        remarks,
      }),
    )
    .min(1)
    .optional(),
  type_of_care_transition: section({
    ambulatory: z.string(),
    emergency: z.string(),
    telemedicine: z.string(),
  }).optional(),
};

/** A state of one type: its own keys beside what every state may have. */
function state<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return section({ type: z.literal(type), ...common, ...transitions, ...shape });
}

const codes = z.array(codeSchema).min(1);
const timed = { low: z.number(), high: z.number(), unit: z.enum(timeUnits) };
const timedRange = section(timed).optional();
const timedExact = section({ quantity: z.number(), unit: z.enum(timeUnits) }).optional();
const unit = z.enum(timeUnits).optional();
const distribution = distributionSchema.optional();
const attribute = z.string().optional();
const reason = z.string().optional();

const value = {
  category: z.string().optional(),
  unit: z.string().optional(),
  codes,
  range: rangeSchema.optional(),
  exact: exactSchema.optional(),
  distribution,
  attribute,
  vital_sign: z.string().optional(),
  value_code: codeSchema.optional(),
  expression: z.string().optional(),
  sampled_data: section({
    attributes: z.array(z.string()).min(1),
    decimal_format: z.string().optional(),
  }).optional(),
  attachment: z
    .looseObject({
      title: z.string().optional(),
      chart: z.looseObject({ title: z.string().optional() }).optional(),
    })
    .optional(),
};
const observationPart = section({
  type: z.string().optional(),
  name: z.string().optional(),
  remarks,
  ...value,
});
const observations = z.array(observationPart).min(1);

const prescription = section({
  as_needed: z.boolean().optional(),
  refills: z.number().int().min(0).optional(),
  dosage: section({
    amount: z.number().min(0),
    frequency: z.number().min(0),
    period: z.number().min(0),
    unit: z.enum(timeUnits),
  }).optional(),
  duration: section({ quantity: z.number().min(0), unit: z.enum(timeUnits) }).optional(),
  instructions: z.array(codeSchema).optional(),
}).optional();

const instances = z.array(section({ title: z.string(), sop_class: codeSchema })).min(1);
const count = z.number().int().min(0).optional();

const goal = section({
  text: z.string().optional(),
  observation: section({
    codes,
    operator: z.string(),
    value: z.union([z.number(), z.string()]).optional(),
  }).optional(),
  addresses: z.array(z.string()).optional(),
});

/** Every state type of the Generic Module Framework v2, and our own, each with the keys that it may have. */
export const stateSchema = z.discriminatedUnion('type', [
  state('Initial', {}),
  state('Terminal', {}),
  state('Simple', { assign_to_attribute: attribute }),
  state('Guard', { allow: conditionSchema }),
  state('Delay', { exact: timedExact, range: timedRange, distribution, unit }),
  state('SetAttribute', {
    attribute: z.string().min(1),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    value_code: codeSchema.optional(),
    value_attribute: attribute,
    range: rangeSchema.optional(),
    distribution,
    expression: z.string().optional(),
    series_data: z.string().optional(),
    period: z.number().positive().optional(),
  }),
  state('Counter', {
    attribute: z.string().min(1),
    action: z.enum(['increment', 'decrement']),
    amount: z.number().optional(),
  }),
  state('CallSubmodule', { submodule: z.string().min(1) }),
  state('Encounter', {
    encounter_class: z
      .enum([
        'wellness',
        'ambulatory',
        'outpatient',
        'inpatient',
        'emergency',
        'urgentcare',
        'hospice',
        'home',
        'snf',
        'virtual',
        'icu',
        'observation',
      ])
      .optional(),
    wellness: z.boolean().optional(),
    codes: codes.optional(),
    reason,
    telemedicine_possibility: z.enum(['none', 'possible', 'always']).optional(),
  }),
  state('EncounterEnd', { discharge_disposition: codeSchema.optional() }),
  state('ConditionOnset', { codes, target_encounter: z.string().optional(), assign_to_attribute: attribute }),
  state('ConditionEnd', {
    codes: z.array(codeSchema).optional(),
    condition_onset: z.string().optional(),
    referenced_by_attribute: attribute,
  }),
  state('AllergyOnset', {
    codes,
    target_encounter: z.string().optional(),
    assign_to_attribute: attribute,
    allergy_type: z.enum(['allergy', 'intolerance']),
    category: z.enum(['food', 'medication', 'environment', 'biologic']),
    reactions: z
      .array(
        section({
          reaction: codeSchema,
          possible_severities: z.array(
            section({
              level: z.enum(['severe', 'moderate', 'mild', 'none']),
              value: z.number().min(0).max(1),
            }),
          ),
        }),
      )
      .optional(),
  }),
  state('AllergyEnd', {
    codes: z.array(codeSchema).optional(),
    allergy_onset: z.string().optional(),
    referenced_by_attribute: attribute,
  }),
  state('MedicationOrder', {
    codes,
    assign_to_attribute: attribute,
    reason,
    chronic: z.boolean().optional(),
    administration: z.boolean().optional(),
    prescription,
  }),
  state('MedicationEnd', {
    codes: z.array(codeSchema).optional(),
    medication_order: z.string().optional(),
    referenced_by_attribute: attribute,
  }),
  state('CarePlanStart', {
    codes,
    activities: z.array(codeSchema).optional(),
    goals: z.array(goal).optional(),
    reason,
    assign_to_attribute: attribute,
  }),
  state('CarePlanEnd', {
    codes: z.array(codeSchema).optional(),
    careplan: z.string().optional(),
    referenced_by_attribute: attribute,
  }),
  state('Procedure', {
    codes,
    reason,
    assign_to_attribute: attribute,
    duration: timedRange,
    range: timedRange,
    distribution,
    unit,
  }),
  state('VitalSign', {
    vital_sign: z.string().min(1),
    unit: z.string().optional(),
    range: rangeSchema.optional(),
    exact: exactSchema.optional(),
    distribution,
    expression: z.string().optional(),
  }),
  state('Observation', value),
  state('MultiObservation', { category: z.string(), codes, observations, number_of_observations: count }),
  state('DiagnosticReport', { codes, observations, number_of_observations: count }),
  state('ImagingStudy', {
    procedure_code: codeSchema,
    min_number_series: count,
    max_number_series: count,
    series: z
      .array(
        section({
          body_site: codeSchema,
          modality: codeSchema,
          min_number_instances: count,
          max_number_instances: count,
          instances,
        }),
      )
      .min(1),
  }),
  state('Symptom', {
    symptom: z.string(),
    cause: z.string().nullable().optional(),
    probability: z.number().optional(),
    range: rangeSchema.optional(),
    exact: exactSchema.optional(),
    distribution,
  }),
  state('Device', {
    code: codeSchema,
    manufacturer: z.string().optional(),
    model: z.string().optional(),
    assign_to_attribute: attribute,
  }),
  state('DeviceEnd', {
    codes: z.array(codeSchema).optional(),
    device: z.string().optional(),
    referenced_by_attribute: attribute,
  }),
  state('SupplyList', {
    supplies: z.array(section({ quantity: z.number().min(0), code: codeSchema })).min(1),
  }),
  state('Vaccine', { codes, series: z.number().int().min(1).optional() }),
  state('Physiology', {
    model: z.string().min(1),
    solver: z.string(),
    step_size: z.number().positive(),
    sim_duration: z.number().positive(),
    lead_time: z.number().min(0).optional(),
    inputs: z.array(
      section({
        from: z.string().optional(),
        from_exp: z.string().optional(),
        to: z.string(),
        variance: z.number().optional(),
      }),
    ),
    outputs: z.array(
      section({
        from: z.string().optional(),
        from_exp: z.string().optional(),
        from_list: z.string().optional(),
        to: z.string(),
        type: z.enum(['Attribute', 'Vital Sign']).optional(),
        variance: z.number().optional(),
      }),
    ),
    alt_direct_transition: z.string().min(1),
  }),
  /** Ours: waits for an acute event that comes by its incidence (docs/decisions/0019). */
  state('anamnesis:Hazard', hazardShape),
  /** Ours: a stay in hospital hour by hour (docs/modules.md). */
  state('anamnesis:HospitalStay', {
    course: courseSchema,
    chronic: z
      .array(section({ attribute: z.string().min(1), organ: z.enum(organs), points: z.number() }))
      .optional(),
    assign_to_attribute: z.string().min(1),
  }),
  state('Death', {
    codes: codes.optional(),
    condition_onset: z.string().optional(),
    referenced_by_attribute: attribute,
    range: timedRange,
    exact: timedExact,
    distribution,
    unit,
  }),
]);
export type StateDefinition = z.output<typeof stateSchema>;
export type StateOf<T extends StateDefinition['type']> = Extract<StateDefinition, { type: T }>;
export type ValueDefinition = z.output<typeof observationPart>;

/** The head of a module file; its states are checked one by one, so that one bad state hides no other. */
export const moduleSchema = section({
  name: z.string().min(1),
  states: z.record(z.string(), z.unknown()),
  gmf_version: z.union([z.number(), z.string()]).optional(),
  remarks,
  specialty: z.string().optional(),
  anamnesis: z.looseObject({}).optional(),
});
