import type { KeyPath } from '../../../core/index.js';
import type { ConditionDefinition } from './condition-schema.js';
import type { StateDefinition } from './schema.js';

/** The keys of a state that say where it goes. */
export const transitionKeys = [
  'direct_transition',
  'distributed_transition',
  'conditional_transition',
  'complex_transition',
  'lookup_table_transition',
  'type_of_care_transition',
] as const;

/** One way out of a state, with how it is chosen. */
export interface Edge {
  readonly key: KeyPath;
  readonly to: string;
  readonly label: string;
}

/** All ways out of a state. */
export function edgesOf(state: StateDefinition): Edge[] {
  const edges: Edge[] = [];
  const add = (key: KeyPath, to: string, label: string): void => {
    edges.push({ key, to, label });
  };
  if (state.direct_transition !== undefined)
    add(['direct_transition'], state.direct_transition, sayHazard(state));
  for (const [i, option] of (state.distributed_transition ?? []).entries())
    add(['distributed_transition', i, 'transition'], option.transition, share(option.distribution));
  for (const [i, option] of (state.conditional_transition ?? []).entries())
    add(
      ['conditional_transition', i, 'transition'],
      option.transition,
      option.condition === undefined ? 'else' : sayCondition(option.condition),
    );
  for (const [i, option] of (state.complex_transition ?? []).entries()) {
    const when = option.condition === undefined ? 'else' : sayCondition(option.condition);
    if (option.transition !== undefined)
      add(['complex_transition', i, 'transition'], option.transition, when);
    for (const [j, weighted] of (option.distributions ?? []).entries())
      add(
        ['complex_transition', i, 'distributions', j, 'transition'],
        weighted.transition,
        `${when}: ${share(weighted.distribution)}`,
      );
  }
  for (const [i, option] of (state.lookup_table_transition ?? []).entries())
    add(['lookup_table_transition', i, 'transition'], option.transition, option.lookup_table_name);
  for (const [care, to] of Object.entries(state.type_of_care_transition ?? {}))
    add(['type_of_care_transition', care], to, care);
  if (state.type === 'Physiology')
    add(['alt_direct_transition'], state.alt_direct_transition, 'without physiology');
  return edges;
}

/** How often a hazard's event comes, for people without any of its risks. */
function sayHazard(state: StateDefinition): string {
  if (state.type !== 'anamnesis:Hazard') return '';
  const rates = [...state.incidence.female, ...state.incidence.male];
  const [least, most] = [Math.min(...rates), Math.max(...rates)].map((rate) =>
    String(Number((rate * 1000).toPrecision(3))),
  );
  const risks = state.ratios?.length ?? 0;
  return `${least} to ${most} in 1,000 a year, ${risks} risks`;
}

function share(p: number | { attribute: string; default: number }): string {
  return typeof p === 'number'
    ? `${Number((p * 100).toPrecision(4))} %`
    : `p = ${p.attribute} (${p.default})`;
}

/** A condition in one line, for graphs and messages. */
function sayCondition(c: ConditionDefinition): string {
  switch (c.condition_type) {
    case 'Gender':
      return `sex is ${c.gender}`;
    case 'Race':
      return `race is ${c.race}`;
    case 'Age':
      return `age ${c.operator} ${c.quantity} ${c.unit}`;
    case 'Date':
      return `date ${c.operator} ${c.year ?? c.date?.year ?? ''}`;
    case 'Socioeconomic Status':
      return `status is ${c.category}`;
    case 'Symptom':
      return `symptom ${c.symptom} ${c.operator} ${c.value}`;
    case 'Vital Sign':
      return `${c.vital_sign} ${c.operator} ${c.value}`;
    case 'Attribute':
      return `${c.attribute} ${c.operator} ${String(c.value ?? c.value_code?.display ?? '')}`.trim();
    case 'Observation':
      return `${c.codes?.[0]?.display ?? c.referenced_by_attribute ?? ''} ${c.operator} ${String(c.value ?? c.value_code?.display ?? '')}`.trim();
    case 'Active Condition':
    case 'Active Allergy':
    case 'Active Medication':
    case 'Active CarePlan':
      return `${c.condition_type.toLowerCase()} ${c.codes?.[0]?.display ?? c.referenced_by_attribute ?? ''}`;
    case 'PriorState':
      return `was in ${c.name}`;
    case 'And':
      return c.conditions.map(sayCondition).join(' and ');
    case 'Or':
      return c.conditions.map(sayCondition).join(' or ');
    case 'At Least':
      return `at least ${c.minimum} of (${c.conditions.map(sayCondition).join(', ')})`;
    case 'At Most':
      return `at most ${c.maximum} of (${c.conditions.map(sayCondition).join(', ')})`;
    case 'Not':
      return `not (${sayCondition(c.condition)})`;
    case 'True':
      return 'always';
    case 'False':
      return 'never';
  }
}

/** Calls `visit` for a condition and all inside it. */
export function eachCondition(c: ConditionDefinition, visit: (c: ConditionDefinition) => void): void {
  visit(c);
  if ('conditions' in c) for (const inner of c.conditions) eachCondition(inner, visit);
  else if (c.condition_type === 'Not') eachCondition(c.condition, visit);
}

/** Every condition that a state evaluates, with its key. */
export function conditionsOf(
  state: StateDefinition,
): { readonly key: KeyPath; readonly condition: ConditionDefinition }[] {
  const found: { key: KeyPath; condition: ConditionDefinition }[] = [];
  if (state.type === 'Guard') found.push({ key: ['allow'], condition: state.allow });
  if (state.type === 'anamnesis:Hazard')
    for (const [i, { condition }] of (state.ratios ?? []).entries())
      found.push({ key: ['ratios', i, 'condition'], condition });
  for (const name of ['conditional_transition', 'complex_transition'] as const)
    for (const [i, option] of (state[name] ?? []).entries())
      if (option.condition !== undefined)
        found.push({ key: [name, i, 'condition'], condition: option.condition });
  return found;
}
