import { z } from 'zod';

const prefix = 'known keys: ';

/** A strict object whose error for an unknown key carries the keys that it does know. */
export function section<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? prefix + Object.keys(shape).join(', ') : undefined,
  });
}

/** The known keys that {@link section} put into an issue's message. */
export function knownKeysOf(message: string): string[] {
  return message.startsWith(prefix) ? message.slice(prefix.length).split(', ') : [];
}
