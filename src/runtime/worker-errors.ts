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
  readonly message: string;
  readonly stack: string | undefined;
}

/** Flattens an error for `postMessage`, which would lose its class. */
export function flattenError(error: unknown): FlatError {
  if (error instanceof AnamnesisError) {
    return { type: error.name, code: error.code, message: error.message, stack: error.stack };
  }
  if (error instanceof Error)
    return { type: 'Error', code: 'UNEXPECTED', message: error.message, stack: error.stack };
  return { type: 'Error', code: 'UNEXPECTED', message: String(error), stack: undefined };
}

const classes: Readonly<Record<string, new (code: string, summary: string) => Error>> = {
  UserError,
  DataError,
  PrivacyError,
  InternalError,
};

/** Gives a flattened error its class back; a foreign one becomes an InternalError with the same message. */
export function reviveError(flat: FlatError): Error {
  if (flat.type === 'InterruptedError') return new InterruptedError();
  const revived = new (classes[flat.type] ?? InternalError)(flat.code, flat.message);
  if (flat.stack !== undefined) revived.stack = flat.stack;
  return revived;
}
