import os from 'node:os';
import type { Command } from 'commander';
import { z } from 'zod';
import { Rng, systemClock, UserError } from '../core/index.js';
import type { RunContext } from '../runtime/index.js';
import { jsonProgress, silentProgress, terminalProgress, WorkerPool } from '../runtime/index.js';
import type { Output } from './output.js';
import { createOutput } from './output.js';

/** Options that every command takes. */
const globalOptions = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  workers: z.coerce.number().int().min(1).max(256).optional(),
});

/** What a command works with. */
export interface Session {
  readonly output: Output;
  /** A run context whose chance starts from `seed`. */
  context(seed: number): RunContext;
  /** Ends worker threads and signal handlers. */
  readonly close: () => Promise<void>;
}

/** Adds the options that every command takes. */
export function addGlobalOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON, progress as JSON lines on standard error')
    .option('--quiet', 'print no progress')
    .option('--workers <n>', 'worker threads (default: one per core, at most 8); results never depend on it');
}

/**
 * Checks a command's options, the global ones included.
 * @throws UserError `BAD_OPTION` listing every option that does not fit.
 */
export function compileOptions<S extends z.ZodObject>(schema: S, command: Command): z.infer<S> {
  const parsed = schema.safeParse(command.optsWithGlobals());
  if (parsed.success) return parsed.data;
  throw new UserError('BAD_OPTION', 'A command-line option has a value that does not fit.', {
    got: parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('; '),
    fix: `see anamnesis ${command.name()} --help`,
  });
}

/**
 * Opens a session from a command's options. The first SIGINT or SIGTERM stops the work cleanly, a second one at once.
 * @throws UserError `BAD_OPTION`.
 */
export function openSession(command: Command): Session {
  const { json, quiet, workers } = compileOptions(globalOptions, command);
  const pool = new WorkerPool(workers ?? Math.min(8, os.availableParallelism()));
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  const closable =
    quiet || json ? undefined : terminalProgress({ stream: process.stderr, clock: systemClock });
  const progress =
    closable ?? (quiet ? silentProgress : jsonProgress({ stream: process.stderr, clock: systemClock }));
  return {
    output: createOutput(json, {
      out: process.stdout,
      err: process.stderr,
      colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    }),
    context: (seed) => ({ rng: Rng.create(seed), clock: systemClock, pool, progress, signal: stop.signal }),
    close: async () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      closable?.close();
      await pool.close();
    },
  };
}
