import { z } from 'zod';
import type { KeyPath } from '../../core/index.js';

/** A part of a document with the path to it. */
export interface Part<T> {
  readonly path: KeyPath;
  readonly key: string | number;
  readonly value: T;
}

/**
 * The part of a document at a path, if it is there and fits; undefined otherwise. The checks across sections read a blueprint
 * through this, so that a mistake in one section does not hide one in another.
 */
export function partAt<T>(root: unknown, path: KeyPath, schema: z.ZodType<T>): T | undefined {
  let at: unknown = root;
  for (const key of path) {
    const section = z.looseObject({}).safeParse(at);
    if (!section.success) return undefined;
    at = section.data[key];
  }
  const parsed = schema.safeParse(at);
  return parsed.success ? parsed.data : undefined;
}

/** The entries of a list or of a section of names that fit a schema. */
export function entriesAt<T>(root: unknown, path: KeyPath, schema: z.ZodType<T>): Part<T>[] {
  const list = partAt(root, path, z.array(z.unknown()));
  const named = partAt(root, path, z.record(z.string(), z.unknown()));
  const entries: readonly (readonly [string | number, unknown])[] =
    list !== undefined ? [...list.entries()] : Object.entries(named ?? {});
  return entries.flatMap(([key, raw]) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? [{ path: [...path, key], key, value: parsed.data }] : [];
  });
}
