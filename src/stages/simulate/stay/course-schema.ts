import { z } from 'zod';
import { section } from '../../../core/index.js';
import { codingOf } from '../engine/codes.js';
import { codeSchema } from '../module/parts.js';
import { signalIds, supportIds } from './data.js';
import { doseSchema, routes } from './dose.js';
import { arrivals, organs } from './types.js';

const coding = codeSchema.transform((code, context) => {
  const known = codingOf(code);
  if (known === null) context.addIssue({ code: 'custom', message: 'a code of a known system' });
  return known ?? z.NEVER;
});
const share = z.number().min(0).max(1);
/** exp(Normal(ln median, sigma)). */
const logNormal = section({ median: z.number().positive(), sigma: z.number().min(0) });

/** One of several wordings; those whose organ's score lies outside `from` … `below` at that time are not chosen. */
const textSchema = section({
  text: z.string().min(1),
  weight: z.number().positive(),
  organ: z.enum(organs).optional(),
  from: z.number().optional(),
  below: z.number().optional(),
});

/** What a report says: one of some texts, or an amount (log-normal). */
const detailSchema = z.union([
  section({ code: coding, texts: z.array(textSchema).min(1) }),
  section({ code: coding, amount: logNormal, unit: z.string().min(1) }),
]);
export type DetailPlan = z.output<typeof detailSchema>;

/** A treatment of the illness itself, or a study. */
const treatmentSchema = section({
  id: z.string().min(1),
  kind: z.enum(['medication', 'procedure', 'imaging']),
  code: coding,
  /** Of an imaging study. */
  imaging: section({
    body_site: coding,
    modality: coding,
    sop_class: coding,
    title: z.string().min(1),
  }).optional(),
  /** Share of patients who get it; of those who got what it comes after. */
  share,
  /** An earlier one of the list, without which it is not given. */
  after: z.string().optional(),
  /** Only where it can start within so many hours of the onset. */
  within_hours: z.number().positive().optional(),
  /** From arrival, or the start of what it comes after, to its start. */
  delay_hours: logNormal,
  /** How long; absent: to the end of the stay. */
  hours: logNormal.optional(),
  dose: doseSchema.optional(),
  route: z.enum(routes).optional(),
  /** Whether the illness abates from its start on; the first of these that starts decides. */
  treats: z.boolean(),
  /** What it does to the patient at its start: points of acuity, and of dysfunction by organ. */
  strain: section({
    acuity: z.number().min(0),
    organs: z.partialRecord(z.enum(organs), z.number().min(0)),
  }).optional(),
  /** What is seen or done, as its report says it at the end. */
  details: z.array(detailSchema).optional(),
}).superRefine(({ kind, imaging, dose }, context) => {
  const fault = (key: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  if ((kind === 'imaging') !== (imaging !== undefined)) fault('imaging', 'given for imaging, and only there');
  if (kind !== 'medication' && dose !== undefined) fault('dose', 'given for drugs alone');
});

/** `after` names one that stands before. */
function checkOrder(
  treatments: readonly { readonly id: string; readonly after?: string | undefined }[],
  context: z.RefinementCtx,
): void {
  for (const [i, { after }] of treatments.entries())
    if (after !== undefined && !treatments.slice(0, i).some(({ id }) => id === after))
      context.addIssue({ code: 'custom', path: [i, 'after'], message: 'a treatment that stands before it' });
}

/** How an illness runs in hospital: the `course` of a HospitalStay state. Acuity is in points: 1 mild, 2 moderate, 3 severe, 4 critical. */
export const courseSchema = section({
  /** How patients come; by default as emergencies. */
  arrival: z.enum(arrivals).default('emergency'),
  /** Acuity at arrival. */
  severity: section({
    mean: z.number(),
    sd: z.number().min(0),
    /** Points a decade of age above 60. */
    per_decade: z.number(),
  }),
  /** How long an emergency has lasted at arrival: what changes slowly has changed by then; by default as in all stays. */
  onset_hours: logNormal.optional(),
  /** Points of dysfunction a point of acuity, by organ. */
  organs: z.partialRecord(z.enum(organs), z.number()),
  /** Readings that this illness moves by itself: units of the signal (of its logarithm where that is its scale) a point of acuity. */
  signals: z.partialRecord(z.enum(signalIds), z.number()).default({}),
  /** Supports that are not given in this illness (anticoagulants while somebody bleeds). */
  withhold: z.array(z.enum(supportIds)).default([]),
  /** Time in which acuity falls to a third once treated. */
  recovery_hours: logNormal,
  /** Growth of acuity a day before treatment. */
  untreated_per_day: z.number(),
  /** Share whose illness goes on growing, at half that rate, although treated: of patients of 60 who arrive at acuity 1.5; more of the sicker and older. */
  refractory: share,
  /** Shortest stay. */
  least_hours: z.number().positive(),
  /** How often care turns to comfort, against other illnesses of the same acuity and age. */
  comfort: z.number().min(0).default(1),
  treatments: z.array(treatmentSchema).superRefine(checkOrder),
  /** Supports that are planned whatever the organs do (ventilation after an operation). */
  supports: z
    .array(
      section({
        id: z.enum(supportIds),
        share,
        /** The treatment from whose start hours count, without which there is none; arrival where none is named. */
        after: z.string().optional(),
        delay_hours: logNormal,
        hours: logNormal,
      }),
    )
    .default([]),
  complications: z.array(
    section({
      code: coding,
      /** Chance a day at acuity 2; it doubles with every point. */
      per_day: share,
      organ: z.enum(organs),
      /** Points of dysfunction that it adds, and of acuity. */
      dysfunction: z.number().min(0),
      acuity: z.number().min(0),
    }),
  ),
});
export type Course = z.output<typeof courseSchema>;
