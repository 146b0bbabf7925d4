import { z } from 'zod';
import { section } from '../../../core/index.js';
import { conditionSchema } from './condition-schema.js';

const rates = z.array(z.number().min(0)).min(1);

/** Events a person-year from each age on, by sex; none before the first age. */
const incidenceSchema = section({
  from_age: z.array(z.number().int().min(0).max(120)).min(1),
  female: rates,
  male: rates,
}).superRefine(({ from_age: ages, female, male }, context) => {
  const fault = (key: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  if (ages.some((age, i) => i > 0 && age <= ages[i - 1]!)) fault('from_age', 'ages in ascending order');
  for (const [key, list] of [
    ['female', female],
    ['male', male],
  ] as const)
    if (list.length !== ages.length) fault(key, `as many rates as there are ages (${ages.length})`);
});

/** What a state `anamnesis:Hazard` has (docs/decisions/0019). */
export const hazardShape = {
  incidence: incidenceSchema,
  /** While a condition holds, the incidence is multiplied by its ratio; those that hold at once multiply each other. */
  ratios: z.array(section({ condition: conditionSchema, ratio: z.number().min(0) })).optional(),
  /** For so many days after a discharge (of `any` module, or of the `same`), so much more; of those that hold the one with the fewest days counts. */
  after_discharge: z
    .array(section({ of: z.enum(['any', 'same']), days: z.number().positive(), ratio: z.number().min(0) }))
    .optional(),
};
