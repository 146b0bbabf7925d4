import { z } from 'zod';
import { section } from '../../core/index.js';
import { compileSettings } from '../settings.js';

/** Settings of the eICU source. */
export interface EicuOptions {
  /**
   * Whether the hourly values of the YAIB cohorts (a folder `yaib-demo` beside the eICU folder or in the data folder) stand in for a
   * missing or partial lab table and a missing vitalPeriodic. Default true.
   */
  readonly standIn?: boolean;
}

export type CompiledEicuOptions = Required<EicuOptions>;

const schema = section({ standIn: z.boolean().default(true) });

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileEicuOptions(settings: unknown): CompiledEicuOptions {
  return compileSettings('eicu', schema, settings);
}
