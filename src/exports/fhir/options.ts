import { z } from 'zod';
import { compileOptions } from '../options.js';

/** Options of the FHIR export. */
interface FhirOptions {
  /** `bundles`: one transaction Bundle a patient, complete in itself. `ndjson`: one file a resource type (Bulk Data). */
  readonly layout?: 'bundles' | 'ndjson';
  /** Release of US Core whose profiles the resources name in `meta.profile`; `none` leaves the names out. */
  readonly usCore?: '6.1.0' | 'none';
  /** Compress every file; one gzip member a patient. */
  readonly gzip?: boolean;
  /** `ndjson` only: begin new files after so many patients; 0 keeps one file a type. */
  readonly patientsPerFile?: number;
  /** Claims and explanations of benefit, about a quarter of all bytes. */
  readonly claims?: boolean;
}

export type CompiledFhirOptions = Required<FhirOptions>;

const schema = z.strictObject({
  layout: z.enum(['bundles', 'ndjson']).default('bundles'),
  usCore: z.enum(['6.1.0', 'none']).default('6.1.0'),
  gzip: z.boolean().default(false),
  patientsPerFile: z.int().min(0).max(10_000_000).default(0),
  claims: z.boolean().default(true),
});

/** @throws UserError `BAD_OPTIONS` with every problem and its key. */
export function compileFhirOptions(options: Readonly<Record<string, unknown>>): CompiledFhirOptions {
  return compileOptions('fhir', schema, options);
}
