import type { KeyPath } from '../../../core/index.js';
import { hasCodeForm } from './code-forms.js';
import { moduleSystems } from './parts.js';
import type { StateDefinition } from './schema.js';
import { conditionsOf, eachCondition, transitionKeys } from './transitions.js';
import type { Fault } from './types.js';

export type ReportState = (severity: Fault['severity'], key: KeyPath, expected: string, got: string) => void;

/** A sum of probabilities may miss 1 by rounding in the file. */
const tolerance = 0.0005;

/** What can be said about a state without looking at others. */
export function checkState(state: StateDefinition, report: ReportState): void {
  checkTransition(state, report);
  checkProbabilities(state, report);
  checkTimes(state, report);
  checkParts(state, report);
  for (const key of badCodes(state))
    report('warning', key, 'a code of its system', 'another form: it is kept under our own system');
  for (const { key, condition } of conditionsOf(state))
    eachCondition(condition, (c) => {
      const needsValue =
        (c.condition_type === 'Attribute' || c.condition_type === 'Observation') &&
        !c.operator.endsWith('nil');
      if (needsValue && c.value === undefined && c.value_code === undefined)
        report('error', key, `a value for '${c.operator}'`, 'nothing (the key is missing)');
      if (
        c.condition_type === 'Date' &&
        c.year === undefined &&
        c.date === undefined &&
        c.month === undefined
      )
        report('error', key, 'year, month or date', 'nothing (the key is missing)');
      const coded =
        c.condition_type === 'Observation' || (c.condition_type.startsWith('Active ') && 'codes' in c);
      if (coded && 'codes' in c && c.codes === undefined && c.referenced_by_attribute === undefined)
        report('error', key, 'codes or referenced_by_attribute', 'nothing (the key is missing)');
    });
}

function checkTransition(state: StateDefinition, report: ReportState): void {
  const given = transitionKeys.filter((key) => state[key] !== undefined);
  if (state.type === 'Terminal') {
    if (given.length > 0)
      report('error', [given[0]!], 'no transition: Terminal is the end', given.join(', '));
  } else if (given.length === 0) report('error', [], 'a transition', 'nothing (the state leads nowhere)');
  else if (given.length > 1) report('error', [given[1]!], 'one kind of transition', given.join(', '));
  for (const [i, option] of (state.complex_transition ?? []).entries())
    if ((option.transition === undefined) === ((option.distributions ?? []).length === 0))
      report('error', ['complex_transition', i], 'either transition or distributions', 'both or neither');
  const tables = new Set((state.lookup_table_transition ?? []).map((o) => o.lookup_table_name));
  if (tables.size > 1)
    report('error', ['lookup_table_transition'], 'one table for all options', [...tables].join(', '));
}

function checkProbabilities(state: StateDefinition, report: ReportState): void {
  const lists: { key: KeyPath; options: readonly { distribution: number | { default: number } }[] }[] = [];
  if (state.distributed_transition !== undefined)
    lists.push({ key: ['distributed_transition'], options: state.distributed_transition });
  for (const [i, option] of (state.complex_transition ?? []).entries())
    if (option.distributions !== undefined && option.distributions.length > 0)
      lists.push({ key: ['complex_transition', i, 'distributions'], options: option.distributions });
  for (const { key, options } of lists) {
    if (options.some((o) => typeof o.distribution !== 'number')) continue; // judged when the attributes are known
    const sum = options.reduce((a, o) => a + (typeof o.distribution === 'number' ? o.distribution : 0), 0);
    if (Math.abs(sum - 1) > tolerance)
      report('error', key, 'probabilities that sum to 1', `a sum of ${Number(sum.toFixed(6))}`);
  }
}

function checkTimes(state: StateDefinition, report: ReportState): void {
  if (state.type === 'Delay') {
    const ways = [state.exact, state.range, state.distribution].filter((x) => x !== undefined).length;
    if (ways !== 1) report('error', [], 'one of exact, range, distribution', `${ways} of them`);
  }
  if (state.type === 'Delay' || state.type === 'Procedure' || state.type === 'Death')
    if (state.distribution !== undefined && state.unit === undefined)
      report('error', ['unit'], 'a unit of the distribution', 'nothing (the key is missing)');
  for (const key of reversedRanges(state)) report('error', key, 'low not above high', 'low above high');
}

/** Keys of all `{ low, high }` inside a state whose low is above its high. */
function reversedRanges(state: StateDefinition): KeyPath[] {
  const isReversed = ({ low, high }: Part): boolean =>
    typeof low === 'number' && typeof high === 'number' && low > high;
  return partsOf(state, isReversed, isReversed);
}

type Part = Readonly<Record<string, unknown>>;

/** Keys of the objects inside a value that are `wrong`; one that is `whole` is not looked into. */
function partsOf(
  value: object,
  whole: (part: Part) => boolean,
  wrong: (part: Part) => boolean,
  at: KeyPath = [],
): KeyPath[] {
  const inList = Array.isArray(value);
  const part = value as Part;
  if (!inList && whole(part)) return wrong(part) ? [at] : [];
  let found: KeyPath[] = none;
  for (const key of Object.keys(part)) {
    const inner = part[key];
    if (typeof inner !== 'object' || inner === null) continue;
    const deeper = partsOf(inner, whole, wrong, [...at, inList ? Number(key) : key]);
    if (deeper.length > 0) found = [...found, ...deeper];
  }
  return found;
}

const none: KeyPath[] = [];

function checkParts(state: StateDefinition, report: ReportState): void {
  switch (state.type) {
    case 'Symptom':
      if (state.symptom === '') report('error', ['symptom'], 'the name of a symptom', 'an empty text');
      return;
    case 'Encounter':
      if (state.wellness === true) return;
      if (state.encounter_class === undefined)
        report('error', ['encounter_class'], 'a class, or wellness: true', 'nothing (the key is missing)');
      if (state.codes === undefined)
        report('error', ['codes'], 'at least one code', 'nothing (the key is missing)');
      return;
    case 'ConditionEnd':
      needOne(state, ['codes', 'condition_onset', 'referenced_by_attribute'], report);
      return;
    case 'AllergyEnd':
      needOne(state, ['codes', 'allergy_onset', 'referenced_by_attribute'], report);
      return;
    case 'MedicationEnd':
      needOne(state, ['codes', 'medication_order', 'referenced_by_attribute'], report);
      return;
    case 'CarePlanEnd':
      needOne(state, ['codes', 'careplan', 'referenced_by_attribute'], report);
      return;
    case 'DeviceEnd':
      needOne(state, ['codes', 'device', 'referenced_by_attribute'], report);
      return;
    case 'VitalSign':
      needOne(state, ['range', 'exact', 'distribution', 'expression'], report);
      return;
    case 'AllergyOnset':
      for (const [i, reaction] of (state.reactions ?? []).entries()) {
        const sum = reaction.possible_severities.reduce((a, s) => a + s.value, 0);
        if (Math.abs(sum - 1) > tolerance)
          report(
            'error',
            ['reactions', i, 'possible_severities'],
            'probabilities that sum to 1',
            `a sum of ${Number(sum.toFixed(6))}`,
          );
      }
      return;
    default:
      return;
  }
}

function needOne(state: StateDefinition, keys: readonly string[], report: ReportState): void {
  const has = Object.entries(state).some(
    ([key, value]) =>
      keys.includes(key) && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  if (!has) report('error', [], `one of ${keys.join(', ')}`, 'none of them');
}

/** Keys of all codes inside a state that their system cannot have. */
function badCodes(state: StateDefinition): KeyPath[] {
  const isCode = ({ system, code }: Part): boolean => typeof system === 'string' && typeof code === 'string';
  return partsOf(state, isCode, ({ system, code }) => {
    const known = moduleSystems[String(system)];
    return known !== undefined && known !== null && !hasCodeForm(known, String(code));
  });
}
