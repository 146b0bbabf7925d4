import { readFileSync } from 'node:fs';
import { z } from 'zod';

const codes = z.array(z.string().regex(/^[A-Z0-9]+\/\/[\w.-]+$/)).min(1);
const ages = z.tuple([z.number().min(0), z.number().max(150)]);

const shared = {
  id: z.string(),
  title: z.string(),
  /** Key of `sources`: whose measure it is. */
  source: z.string(),
  better: z.enum(['higher', 'lower']),
  /** Least and greatest share published for real people; null where none is known with certainty. */
  published: z.tuple([z.number(), z.number()]).nullable(),
  publishedSource: z.string().nullable(),
  /** What Synthea's population of 2019 reached. */
  synthea2019: z.number().nullable(),
};
const people = z.strictObject({
  /** Whole years at the end of the period, both included. */
  ages,
  sex: z.enum(['female', 'male']).optional(),
  /** Codes, or beginnings of ICD-10-CM codes, of a condition that began by the middle of the period and lasts into it. */
  diagnosis: codes.optional(),
});
const measureSchema = z.discriminatedUnion('kind', [
  /** Share of people for whom something was done within so many months. */
  z.strictObject({
    ...shared,
    kind: z.literal('done'),
    people,
    done: z.array(z.strictObject({ codes, months: z.number().positive() })).min(1),
  }),
  /** Share of people whose last values in the period are all as said; without a value, only where `orMissing`. */
  z.strictObject({
    ...shared,
    kind: z.literal('last'),
    people,
    last: z
      .array(
        z.strictObject({
          codes,
          below: z.number().optional(),
          above: z.number().optional(),
          /** A missing value counts as it is said to be; else whoever has none counts as not so, or, alone, is left out. */
          orMissing: z.boolean().optional(),
        }),
      )
      .min(1),
  }),
  /** Share of index events that an outcome follows. */
  z.strictObject({
    ...shared,
    kind: z.literal('outcome'),
    index: z.strictObject({
      /** Whole years at the event. */
      ages,
      /** Reason, or first diagnosis, of a stay in hospital. */
      admission: codes.optional(),
      procedure: codes.optional(),
    }),
    outcomes: z
      .array(
        z.strictObject({
          codes: codes.optional(),
          death: z.boolean().optional(),
          /** Days after the index event in which it counts. */
          days: z.number().positive(),
        }),
      )
      .min(1),
  }),
]);

/** A clinical quality measure in a form that a cohort store can answer. */
export type MeasureDefinition = z.output<typeof measureSchema>;

const fileSchema = z.strictObject({
  about: z.string(),
  sources: z.record(z.string(), z.string()),
  measures: z.array(measureSchema).superRefine((list, context) => {
    for (const [i, { published, publishedSource, id }] of list.entries()) {
      if ((published === null) !== (publishedSource === null))
        context.addIssue({
          code: 'custom',
          path: [i, 'publishedSource'],
          message: `${id}: a published share needs a source`,
        });
    }
  }),
});

/** The measures, and the texts of the sources that they name. */
export const qualityMeasures = fileSchema.parse(
  JSON.parse(readFileSync(new URL('measures.json', import.meta.url), 'utf8')),
);
