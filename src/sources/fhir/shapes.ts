import { z } from 'zod';

/** The parts of FHIR R4 resources that are read; everything else is ignored. */
const coding = z.object({
  system: z.string().optional(),
  code: z.string().optional(),
  display: z.string().optional(),
});
const concept = z.object({ coding: z.array(coding).optional(), text: z.string().optional() });
const reference = z.object({ reference: z.string().optional() });
const period = z.object({ start: z.string().optional(), end: z.string().optional() });
const quantity = z.object({
  value: z.number().optional(),
  unit: z.string().optional(),
  code: z.string().optional(),
});

export type Concept = z.infer<typeof concept>;

interface Extension {
  url: string;
  valueCoding?: z.infer<typeof coding> | undefined;
  valueDateTime?: string | undefined;
  extension?: Extension[] | undefined;
}
const extension: z.ZodType<Extension> = z.object({
  url: z.string(),
  valueCoding: coding.optional(),
  valueDateTime: z.string().optional(),
  get extension() {
    return z.array(extension).optional();
  },
});

export const patientShape = z.object({
  id: z.string(),
  gender: z.string().optional(),
  birthDate: z.string().optional(),
  _birthDate: z.object({ extension: z.array(extension).optional() }).optional(),
  deceasedDateTime: z.string().optional(),
  extension: z.array(extension).optional(),
  communication: z.array(z.object({ language: concept.optional() })).optional(),
  address: z.array(z.object({ state: z.string().optional() })).optional(),
});
export type Patient = z.infer<typeof patientShape>;

export const encounterShape = z.object({
  id: z.string(),
  status: z.string().optional(),
  class: coding.optional(),
  type: z.array(concept).optional(),
  subject: reference.optional(),
  period: period.optional(),
  reasonCode: z.array(concept).optional(),
  reasonReference: z.array(reference).optional(),
  serviceProvider: reference.optional(),
  partOf: reference.optional(),
  hospitalization: z
    .object({ admitSource: concept.optional(), dischargeDisposition: concept.optional() })
    .optional(),
});
export type Encounter = z.infer<typeof encounterShape>;

/** What observations and their components can say. */
const value = {
  valueQuantity: quantity.optional(),
  valueCodeableConcept: concept.optional(),
  valueString: z.string().optional(),
  valueBoolean: z.boolean().optional(),
  valueInteger: z.number().optional(),
  valueDateTime: z.string().optional(),
};
const component = z.object({ code: concept, ...value });
export type Valued = Omit<z.infer<typeof component>, 'code'>;

/** One shape for everything that becomes an event or a note; each resource type uses the fields that R4 gives it. */
export const clinicalShape = z.object({
  resourceType: z.string(),
  id: z.string().optional(),
  status: z.string().optional(),
  verificationStatus: concept.optional(),
  subject: reference.optional(),
  patient: reference.optional(),
  encounter: reference.optional(),
  context: z
    .object({ reference: z.string().optional(), encounter: z.array(reference).optional() })
    .optional(),
  code: concept.optional(),
  vaccineCode: concept.optional(),
  medicationCodeableConcept: concept.optional(),
  medicationReference: reference.optional(),
  /** Of an administration: the order that it carries out. */
  request: reference.optional(),
  dosageInstruction: z
    .array(z.object({ doseAndRate: z.array(z.object({ doseQuantity: quantity.optional() })).optional() }))
    .optional(),
  dosage: z.union([z.object({ dose: quantity.optional() }), z.array(z.unknown())]).optional(),
  /** Of a DeviceUseStatement. */
  device: reference.optional(),
  timingPeriod: period.optional(),
  type: z.union([concept, z.string()]).optional(),
  category: z.array(z.union([concept, z.string()])).optional(),
  procedureCode: z.array(concept).optional(),
  suppliedItem: z
    .object({ quantity: quantity.optional(), itemCodeableConcept: concept.optional() })
    .optional(),
  effectiveDateTime: z.string().optional(),
  effectivePeriod: period.optional(),
  performedDateTime: z.string().optional(),
  performedPeriod: period.optional(),
  occurrenceDateTime: z.string().optional(),
  onsetDateTime: z.string().optional(),
  abatementDateTime: z.string().optional(),
  recordedDate: z.string().optional(),
  authoredOn: z.string().optional(),
  started: z.string().optional(),
  date: z.string().optional(),
  manufactureDate: z.string().optional(),
  period: period.optional(),
  component: z.array(component).optional(),
  content: z
    .array(
      z.object({
        attachment: z.object({ contentType: z.string().optional(), data: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  ...value,
});
export type Clinical = z.infer<typeof clinicalShape>;

export const medicationShape = z.object({ id: z.string(), code: concept });
export const anyShape = z.looseObject({ resourceType: z.string() });
export const bundleShape = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ fullUrl: z.string().optional(), resource: anyShape.optional() })).optional(),
});
