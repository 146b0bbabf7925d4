import { DataError, PrivacyError } from '../../../core/index.js';
import type { Finding } from '../../document.js';

/** The findings that spoil figures. */
export function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter((f) => f.severity === 'error');
}

/**
 * Refuses to go on with data that spoil every figure.
 * @throws PrivacyError `SPLIT_OVERLAP`, DataError `LABEL_LEAK` for the first error; the message lists all.
 */
export function refuseFindings(findings: readonly Finding[]): void {
  const errors = errorsOf(findings);
  const [first] = errors;
  if (first === undefined) return;
  const summary = errors.map((f) => f.message).join('\n  ');
  const fix = 'correct the split or the blueprint, then run again';
  throw first.kind === 'privacy'
    ? new PrivacyError(first.code, summary, { fix })
    : new DataError(first.code, summary, { fix });
}
