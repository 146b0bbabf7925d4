import { z } from 'zod';
import { readData } from '../data-file.js';

const measureSchema = z.strictObject({
  /** The simulator's name of the signal, where it has one. */
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  codes: z.array(z.string()).min(1),
});
export type Measure = z.infer<typeof measureSchema>;

const treatmentSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  kinds: z.array(z.string()).min(1),
  /** A star at the end: all codes that begin so. */
  codes: z.array(z.string()).min(1),
  /** Where the event is a form's answer: only numbers above 0 mean yes. */
  positive: z.boolean(),
  source: z.string(),
});
export type TreatmentFact = z.infer<typeof treatmentSchema>;

/** What admission statistics look at (facts.json). */
export const { measures, treatments } = readData(
  new URL('./facts.json', import.meta.url),
  z.strictObject({
    about: z.string(),
    measures: z.array(measureSchema),
    treatments: z.array(treatmentSchema),
  }),
);
