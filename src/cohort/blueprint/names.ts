import { z } from 'zod';

/** Names become columns: lower case, so that neither a file system nor an SQL dialect merges two of them. */
export const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'lower-case letters, digits and _, starting with a letter');

/** Identifiers of tasks, runs and synthesizers, as in `in-hospital-mortality`. */
export const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and -');
