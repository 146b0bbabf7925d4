import type { Observation, ObservationValue, PatientRecord, Truth } from '../../../cohort/index.js';
import type { Rng } from '../../../core/index.js';
import type { MissingRule } from './options.js';
import { concerns, nameOf, plain, truthOf } from './truth.js';

const yearMs = 365.25 * 86_400_000;
/** Age at which `rate` holds for mechanism mar, and the step that one odds ratio stands for. */
const referenceAge = 50;
const ageStep = 20;
/** Where patients are watched closely: the odds of a value being missed are divided by the odds ratio. */
const watched = new Set(['emergency', 'inpatient', 'icu', 'observation']);

/** An observation as it may go on: null where it leaves no trace. */
export interface Outcome {
  readonly observation: Observation | null;
  readonly truth: readonly Truth[];
}

/**
 * Decides for every observation in order whether a rule takes its value away. One number is drawn for each observation that the rule is about,
 * whatever comes of it, so a change of rate moves nothing else.
 */
export function takeAway(record: PatientRecord, rule: MissingRule, rng: Rng): Outcome[] {
  return record.observations.map((observation) => {
    if (!concerns(rule, observation) || isAbsent(observation)) return { observation, truth: [] };
    const taken = rng.next() < probability(record, observation, rule);
    return taken ? without(observation, rule) : { observation, truth: [] };
  });
}

const isAbsent = ({ value, components }: Observation): boolean =>
  (value === null || value.kind === 'absent') && components.every((part) => part.value.kind === 'absent');

/** Probability that a value is missing: `rate`, with its odds changed by what the mechanism looks at. */
function probability(record: PatientRecord, observation: Observation, rule: MissingRule): number {
  const { rate } = rule;
  if (rate === 0 || rate === 1) return rate;
  const odds = (rate / (1 - rate)) * Math.pow(rule.oddsRatio, exponent(record, observation, rule));
  return odds / (1 + odds);
}

function exponent(record: PatientRecord, observation: Observation, rule: MissingRule): number {
  switch (rule.mechanism) {
    case 'mcar':
      return 0;
    case 'mar': {
      const age = (observation.time - record.person.birthTime) / yearMs;
      const here = observation.encounter === null ? undefined : record.encounters[observation.encounter];
      return (age - referenceAge) / ageStep - (here !== undefined && watched.has(here.class) ? 1 : 0);
    }
    case 'mnar':
      return isNamed(observation, rule.values) ? 1 : 0;
  }
}

/** Whether the value is one of those that the rule names, by its normal range; never without a range. */
function isNamed({ value, referenceRange }: Observation, values: MissingRule['values']): boolean {
  if (value?.kind !== 'quantity' || referenceRange === null) return false;
  const { low, high } = referenceRange;
  const isLow = low !== null && value.value < low;
  const isHigh = high !== null && value.value > high;
  switch (values) {
    case 'low':
      return isLow;
    case 'high':
      return isHigh;
    case 'abnormal':
      return isLow || isHigh;
    case 'normal':
      return !(isLow || isHigh);
  }
}

function without(observation: Observation, rule: MissingRule): Outcome {
  const { time, value, components } = observation;
  const state = rule.mechanism.toUpperCase();
  const parts = [...(value === null ? [] : [{ codes: observation.codes, value }]), ...components];
  const truth = parts
    .filter((part) => part.value.kind !== 'absent')
    .map((part) => truthOf({ time, name: nameOf(part), value: plain(part.value) }, 'missing-reason', state));
  if (rule.leave === 'dropped') return { observation: null, truth };
  const gone = (was: ObservationValue): ObservationValue =>
    was.kind === 'absent' ? was : { kind: 'absent', reason: rule.reason };
  return {
    truth,
    observation: {
      ...observation,
      value: value === null ? null : gone(value),
      components: components.map((part) => ({ codes: part.codes, value: gone(part.value) })),
    },
  };
}
