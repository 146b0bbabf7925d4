import type { Observation, ObservationPart } from '../cohort/index.js';

/** The values of an observation with their codes: its own, then those of its parts. What has no value of its own yields its parts only. */
export function measurementsOf(observation: Observation): readonly ObservationPart[] {
  const { codes, value, components } = observation;
  return value === null ? components : [{ codes, value }, ...components];
}
