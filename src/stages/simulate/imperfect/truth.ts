import type { Observation, ObservationValue, Truth } from '../../../cohort/index.js';

/** The truth about a value that the record no longer shows. `state` says what happened to it. */
export function truthOf(
  what: { readonly time: number; readonly name: string; readonly value: Truth['value'] },
  kind: 'missing-reason' | 'error',
  state: string,
): Truth {
  const module = kind === 'error' ? 'dirt' : 'missingness';
  return { ...what, kind, origin: { module, state } };
}

/** A value in plain form. */
export function plain(value: ObservationValue): Truth['value'] {
  switch (value.kind) {
    case 'quantity':
    case 'boolean':
      return value.value;
    case 'coding':
      return `${value.coding.system}//${value.coding.code}`;
    case 'text':
      return value.text;
    case 'sampled':
      return value.series.map((lead) => lead.join(' ')).join('|');
    case 'attachment':
      return value.url ?? value.title;
    case 'absent':
      return null;
  }
}

/** `SYSTEM//code` of an observation or one of its parts. */
export function nameOf({ codes }: Pick<Observation, 'codes'>): string {
  const own = codes[0];
  return own === undefined ? '' : `${own.system}//${own.code}`;
}

/** Whether a rule is about an observation. */
export function concerns(
  rule: {
    readonly codes?: readonly string[] | undefined;
    readonly categories?: readonly string[] | undefined;
  },
  observation: Observation,
): boolean {
  const { codes, categories } = rule;
  if (categories !== undefined && !categories.includes(observation.category)) return false;
  if (codes === undefined) return true;
  return [observation, ...observation.components].some((part) => codes.includes(nameOf(part)));
}
