import type { Coding } from '../../../cohort/index.js';
import type { Operator } from '../module/condition-schema.js';

export type EntryKind =
  'condition' | 'allergy' | 'medication' | 'careplan' | 'procedure' | 'device' | 'observation';

/** What `assign_to_attribute` keeps: an entry of the record, or (index −1) a condition that nobody has diagnosed yet. */
export class EntryRef {
  constructor(
    readonly kind: EntryKind,
    readonly codes: readonly Coding[],
    readonly index: number,
  ) {}
}

/** Value of an attribute. Absent is `undefined`: modules call it nil. */
export type Value = string | number | boolean | Coding | EntryRef | readonly number[];

/**
 * Compares as Synthea does: nil is nil; any other comparison with nil is false; numbers by size, texts by order, booleans and codes for
 * equality only.
 */
export function compareValues(
  left: Value | undefined,
  operator: Operator,
  right: string | number | boolean | Coding | undefined,
): boolean {
  if (operator === 'is nil') return left === undefined;
  if (operator === 'is not nil') return left !== undefined;
  if (left === undefined || right === undefined) return false;
  if (typeof right === 'object') {
    const code =
      left instanceof EntryRef
        ? left.codes[0]
        : typeof left === 'object' && 'code' in left
          ? left
          : undefined;
    const same = code?.code === right.code && code.system === right.system;
    return operator === '==' ? same : operator === '!=' ? !same : false;
  }
  if (typeof left === 'number' && typeof right === 'number')
    return ordered(left < right ? -1 : left > right ? 1 : 0, operator);
  if (typeof left === 'string' && typeof right === 'string')
    return ordered(left < right ? -1 : left > right ? 1 : 0, operator);
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  return false;
}

function ordered(sign: number, operator: Operator): boolean {
  switch (operator) {
    case '==':
      return sign === 0;
    case '!=':
      return sign !== 0;
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
    default:
      return false;
  }
}

/** A value as the cell of a lookup table writes it. */
export function keyText(value: Value | undefined): string {
  if (value instanceof EntryRef) return value.codes[0]?.code ?? '';
  return typeof value === 'object' ? ('code' in value ? value.code : '') : String(value ?? '');
}
