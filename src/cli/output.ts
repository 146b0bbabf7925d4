import { AnamnesisError, exitCodeOf } from '../core/index.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Output {
  /** A line of the result. */
  line(text?: string): void;
  /** A line for people about what goes on; silent with --json. */
  info(text: string): void;
  /** The result as one JSON document; does nothing without --json. */
  json(value: unknown): void;
  readonly asJson: boolean;
  /** Whether the result goes to a terminal that shows colours. */
  readonly colour: boolean;
}

export function createOutput(
  asJson: boolean,
  streams: { out: NodeJS.WritableStream; err: NodeJS.WritableStream; colour?: boolean },
): Output {
  return {
    asJson,
    colour: streams.colour ?? false,
    line: (text = '') => {
      if (!asJson) streams.out.write(`${text}\n`);
    },
    info: (text) => {
      if (!asJson) streams.err.write(`${text}\n`);
    },
    json: (value) => {
      if (asJson) streams.out.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** Prints an error for people or, with --json, for programs. Returns the exit code. */
export function reportError(error: unknown, asJson: boolean, err: NodeJS.WritableStream): number {
  const code = exitCodeOf(error);
  if (asJson) {
    const known = error instanceof AnamnesisError;
    const body = {
      code: known ? error.code : 'UNEXPECTED',
      kind: known ? error.kind : 'internal',
      message: error instanceof Error ? error.message : String(error),
      exitCode: code,
    };
    err.write(`${JSON.stringify({ error: body })}\n`);
    return code;
  }
  if (error instanceof AnamnesisError) {
    err.write(`\nanamnesis: ${error.message}\n`);
    if (error.kind === 'internal') {
      err.write(
        `  This is a defect of Anamnesis (${error.code}). Please report it with the command you ran.\n`,
      );
      if (process.env['ANAMNESIS_DEBUG'] !== undefined)
        err.write(`${error.stack ?? ''}\n${describeCause(error.cause)}\n`);
    }
  } else {
    // A foreign error's text may quote data: show its kind, and the text only on request.
    const name = error instanceof Error ? error.name : 'Error';
    err.write(`\nanamnesis: an unexpected ${name} stopped the command; no half-written output was left.\n`);
    if (process.env['ANAMNESIS_DEBUG'] === undefined)
      err.write('  to do:    run again with ANAMNESIS_DEBUG=1 for details (may quote data), and report it\n');
    else err.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  return code;
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? `caused by: ${cause.stack ?? cause.message}` : '';
}
