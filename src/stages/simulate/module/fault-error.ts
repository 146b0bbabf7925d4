import { DataError, pathText } from '../../../core/index.js';
import type { Fault } from './types.js';

const shown = 50;

/** A fault in one line: file, state, key, what is expected, what is there. */
export function sayFault(fault: Fault): string {
  const place = [fault.file, fault.state === null ? '' : `state '${fault.state}'`, pathText(fault.key)]
    .filter((part) => part !== '')
    .join(', ');
  const hint = fault.hint === undefined ? '' : ` (${fault.hint})`;
  return `${place}: expected ${fault.expected}, got ${fault.got}${hint}`;
}

/** The error for a library with faults: the first of them in full, and how many more there are. */
export function faultError(faults: readonly Fault[]): DataError {
  const lines = faults.slice(0, shown).map((fault) => `  ${sayFault(fault)}`);
  if (faults.length > shown) lines.push(`  … and ${faults.length - shown} more`);
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new DataError('BAD_MODULES', `The modules have ${count}:\n${lines.join('\n')}`, {
    fix: 'correct them; `anamnesis modules check` lists all of them and the warnings',
  });
}
