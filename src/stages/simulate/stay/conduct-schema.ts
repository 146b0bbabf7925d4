import { z } from 'zod';
import { coding, doseSchema, routes } from './dose.js';

const hours = z.number().positive();
const share = z.number().min(0).max(1);
const sourced = { unit: z.string(), source: z.string() };
const ids = z.array(z.string());
const bySeverity = z.strictObject({ anaemia: z.number(), bleeding: z.number(), massive: z.number() });

/** What care keeps to, whatever the illness: `data/conduct.json`. */
export const conductSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  /** When somebody can neither swallow nor walk. */
  unable: z.strictObject({
    comaAtMost: z.int(),
    awakeFrom: z.int(),
    afterVentilationHours: hours,
    leastHours: hours,
    ...sourced,
  }),
  /** The tube through which tablets are given then. */
  tube: z.strictObject({
    id: z.string(),
    code: coding,
    afterHours: hours,
    hours,
    useAfterHours: hours,
    ...sourced,
  }),
  /** Of drugs by mouth: those that wait, those that go into a vein; all others go through the tube. */
  oral: z.strictObject({ waits: ids, intravenous: ids }),
  /** What the patient takes part in; `instead` while that is impossible, nothing while `shock` runs. */
  active: z.strictObject({ ids, shock: ids, instead: z.strictObject({ id: z.string(), code: coding }) }),
  /** What stops while something stands in its place. */
  displaced: z.array(z.strictObject({ by: z.string(), what: ids, forGood: z.boolean() })),
  transfusion: z.strictObject({
    id: z.string(),
    code: coding,
    share,
    below: z.number(),
    belowWithHeart: z.number(),
    heartFrom: z.number(),
    bleedingFrom: z.number(),
    belowBleeding: z.number(),
    massiveFrom: z.number(),
    units: bySeverity,
    hours: bySeverity,
    sigma: z.number().min(0),
    delay: hours,
    againAfterHours: hours,
    rise: z.number(),
    lingers: hours,
    ...sourced,
  }),
  comfort: z.strictObject({
    continues: ids,
    drugs: z.array(
      z.strictObject({
        id: z.string(),
        code: coding,
        share,
        delay: hours,
        dose: doseSchema,
        route: z.enum(routes),
      }),
    ),
    young: z.strictObject({ perDecadeBelow60: z.number(), earliestHour: z.number(), ...sourced }),
    ...sourced,
  }),
});
export type Conduct = z.output<typeof conductSchema>;
