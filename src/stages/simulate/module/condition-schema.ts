import { z } from 'zod';
import { section } from '../../../core/index.js';
import { codeSchema, remarks, timeUnits } from './parts.js';
import type { ModuleCode } from './parts.js';

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof comparisons)[number];
const operators = [...comparisons, 'is nil', 'is not nil'] as const;
export type Operator = (typeof operators)[number];

/** Part of a date, as far as a module gives it. */
export interface DateDefinition {
  readonly year: number;
  readonly month?: number | undefined;
  readonly day?: number | undefined;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
  readonly millisecond?: number | undefined;
}

interface Base {
  readonly remarks?: string | string[] | undefined;
}
interface Coded extends Base {
  readonly codes?: ModuleCode[] | undefined;
  readonly referenced_by_attribute?: string | undefined;
}
/** A logical expression of a module: the 19 condition types that the library uses, and those of the framework beside them. */
export type ConditionDefinition =
  | (Base & { condition_type: 'Gender'; gender: string })
  | (Base & { condition_type: 'Race'; race: string })
  | (Base & {
      condition_type: 'Age';
      operator: Operator;
      quantity: number;
      unit: 'years' | 'months' | 'weeks' | 'days';
      value?: number | undefined;
    })
  | (Base & {
      condition_type: 'Date';
      operator: Operator;
      year?: number | undefined;
      month?: number | undefined;
      date?: DateDefinition | undefined;
    })
  | (Base & { condition_type: 'Socioeconomic Status'; category: string })
  | (Base & { condition_type: 'Symptom'; symptom: string; operator: Operator; value: number })
  | (Base & { condition_type: 'Vital Sign'; vital_sign: string; operator: Operator; value: number })
  | (Base & {
      condition_type: 'Attribute';
      attribute: string;
      operator: Operator;
      value?: string | number | boolean | undefined;
      value_code?: ModuleCode | undefined;
    })
  | (Coded & {
      condition_type: 'Observation';
      operator: Operator;
      value?: string | number | boolean | undefined;
      value_code?: ModuleCode | undefined;
    })
  | (Coded & {
      condition_type: 'Active Condition' | 'Active Allergy' | 'Active Medication' | 'Active CarePlan';
    })
  | (Base & {
      condition_type: 'PriorState';
      name: string;
      since?: string | undefined;
      within?: { quantity: number; unit: (typeof timeUnits)[number] } | undefined;
    })
  | (Base & { condition_type: 'And' | 'Or'; conditions: ConditionDefinition[] })
  | (Base & { condition_type: 'At Least'; minimum: number; conditions: ConditionDefinition[] })
  | (Base & { condition_type: 'At Most'; maximum: number; conditions: ConditionDefinition[] })
  | (Base & { condition_type: 'Not'; condition: ConditionDefinition })
  | (Base & { condition_type: 'True' | 'False' });

const operator = z.enum(operators);
const value = z.union([z.string(), z.number(), z.boolean()]).optional();
const coded = {
  codes: z.array(codeSchema).min(1).optional(),
  referenced_by_attribute: z.string().optional(),
  remarks,
};

const dateSchema = section({
  year: z.number().int(),
  month: z.number().int().min(1).max(12).optional(),
  day: z.number().int().min(1).max(31).optional(),
  hour: z.number().int().min(0).max(23).optional(),
  minute: z.number().int().min(0).max(59).optional(),
  second: z.number().int().min(0).max(59).optional(),
  millisecond: z.number().int().min(0).max(999).optional(),
});

const many = z.lazy(() => z.array(conditionSchema).min(1));

export const conditionSchema: z.ZodType<ConditionDefinition> = z.lazy(() => conditionUnion);

const conditionUnion = z.discriminatedUnion('condition_type', [
  section({ condition_type: z.literal('Gender'), gender: z.string(), remarks }),
  section({ condition_type: z.literal('Race'), race: z.string(), remarks }),
  section({
    condition_type: z.literal('Age'),
    operator,
    quantity: z.number(),
    unit: z.enum(['years', 'months', 'weeks', 'days']),
    value: z.number().optional(),
    remarks,
  }),
  section({
    condition_type: z.literal('Date'),
    operator,
    year: z.number().int().optional(),
    month: z.number().int().optional(),
    date: dateSchema.optional(),
    remarks,
  }),
  section({ condition_type: z.literal('Socioeconomic Status'), category: z.string(), remarks }),
  section({
    condition_type: z.literal('Symptom'),
    symptom: z.string(),
    operator,
    value: z.number(),
    remarks,
  }),
  section({
    condition_type: z.literal('Vital Sign'),
    vital_sign: z.string(),
    operator,
    value: z.number(),
    remarks,
  }),
  section({
    condition_type: z.literal('Attribute'),
    attribute: z.string().min(1),
    operator,
    value,
    value_code: codeSchema.optional(),
    remarks,
  }),
  section({
    condition_type: z.literal('Observation'),
    operator,
    value,
    value_code: codeSchema.optional(),
    ...coded,
  }),
  section({ condition_type: z.literal('Active Condition'), ...coded }),
  section({ condition_type: z.literal('Active Allergy'), ...coded }),
  section({ condition_type: z.literal('Active Medication'), ...coded }),
  section({ condition_type: z.literal('Active CarePlan'), ...coded }),
  section({
    condition_type: z.literal('PriorState'),
    name: z.string(),
    since: z.string().optional(),
    within: section({ quantity: z.number().min(0), unit: z.enum(timeUnits) }).optional(),
    remarks,
  }),
  section({ condition_type: z.literal('And'), conditions: many, remarks }),
  section({ condition_type: z.literal('Or'), conditions: many, remarks }),
  section({
    condition_type: z.literal('At Least'),
    minimum: z.number().int().min(0),
    conditions: many,
    remarks,
  }),
  section({
    condition_type: z.literal('At Most'),
    maximum: z.number().int().min(0),
    conditions: many,
    remarks,
  }),
  section({ condition_type: z.literal('Not'), condition: conditionSchema, remarks }),
  section({ condition_type: z.literal('True'), remarks }),
  section({ condition_type: z.literal('False'), remarks }),
]);
