import type { ErrorDetails } from '../core/index.js';
import {
  AnamnesisError,
  DataError,
  InternalError,
  InterruptedError,
  PrivacyError,
  UserError,
} from '../core/index.js';

/** An error as it crosses a thread boundary. */
export interface FlatError {
  readonly type: string;
  readonly code: string;
  readonly summary: string;
  readonly details: ErrorDetails;
  readonly stack: string | undefined;
}

/** Flattens an error for `postMessage`, which would lose its class. The cause stays behind: it may not be cloneable. */
export function flattenError(error: unknown): FlatError {
  if (error instanceof AnamnesisError) {
    const { name, code, summary, expected, got, fix, stack } = error;
    const details = {
      ...(expected === undefined ? {} : { expected }),
      ...(got === undefined ? {} : { got }),
      ...(fix === undefined ? {} : { fix }),
    };
    return { type: name, code, summary, details, stack };
  }
  const summary = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return { type: 'Error', code: 'UNEXPECTED', summary, details: {}, stack };
}

const classes: Readonly<Record<string, new (code: string, summary: string, details: ErrorDetails) => Error>> =
  { UserError, DataError, PrivacyError, InternalError };

/** Gives a flattened error its class back; a foreign one becomes an InternalError with the same message. */
export function reviveError(flat: FlatError): Error {
  if (flat.type === 'InterruptedError') return new InterruptedError();
  const revived = new (classes[flat.type] ?? InternalError)(flat.code, flat.summary, flat.details);
  if (flat.stack !== undefined) revived.stack = flat.stack;
  return revived;
}
