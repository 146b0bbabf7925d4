/** Who must act on an error; the command line turns it into an exit code. */
export type ErrorKind = 'user' | 'data' | 'privacy' | 'internal';

/** The parts of an error message. None may hold a patient's value: name table, column and count instead. */
export interface ErrorDetails {
  /** What was expected. */
  readonly expected?: string;
  /** What came instead. */
  readonly got?: string;
  /** What the reader can do about it. */
  readonly fix?: string;
  /** The error underneath, kept for the log. */
  readonly cause?: unknown;
}

/**
 * Base of every error that Anamnesis throws on purpose. `code` is stable (UPPER_SNAKE) and is what programs
 * test; the message is for people and may change.
 */
export abstract class AnamnesisError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: string;
  /** The first line of the message. */
  readonly summary: string;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly fix: string | undefined;

  constructor(code: string, summary: string, details: ErrorDetails = {}) {
    const lines = [summary];
    if (details.expected !== undefined) lines.push(`  expected: ${details.expected}`);
    if (details.got !== undefined) lines.push(`  got:      ${details.got}`);
    if (details.fix !== undefined) lines.push(`  to do:    ${details.fix}`);
    super(lines.join('\n'), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.summary = summary;
    this.expected = details.expected;
    this.got = details.got;
    this.fix = details.fix;
  }
}

/** The caller asked for something that cannot be done as asked (options, blueprint, paths). Exit code 2. */
export class UserError extends AnamnesisError {
  override readonly kind = 'user';
}

/** The data do not have the form they should have. Exit code 3. */
export class DataError extends AnamnesisError {
  override readonly kind = 'data';
}

/** A privacy promise would be broken. Exit code 4. */
export class PrivacyError extends AnamnesisError {
  override readonly kind = 'privacy';
}

/** A defect of ours. Exit code 70. */
export class InternalError extends AnamnesisError {
  override readonly kind = 'internal';
}

/** Thrown when the caller's AbortSignal fires (SIGINT). Exit code 130. */
export class InterruptedError extends AnamnesisError {
  override readonly kind = 'user';
  constructor() {
    super('INTERRUPTED', 'Interrupted.', {
      fix: 'run the same command again: it continues where it stopped',
    });
  }
}

const exitCodes: Readonly<Record<ErrorKind, number>> = { user: 2, data: 3, privacy: 4, internal: 70 };

/** Exit code of the process for an error (documented in docs/cli.md). */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return 130;
  return error instanceof AnamnesisError ? exitCodes[error.kind] : exitCodes.internal;
}

/** Throws {@link InterruptedError} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new InterruptedError();
}
