import { createHash } from 'node:crypto';
import { InternalError } from './errors.js';

/** A value that canonical JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with sorted keys and no blanks, so that equal values give equal bytes. Keys whose value is `undefined`
 * are left out, as in JSON.
 * @throws InternalError `NOT_CANONICAL` for NaN, infinities, functions, symbols, bigints and class instances.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new InternalError('NOT_CANONICAL', `Number ${String(value)} has no JSON form.`);
    return JSON.stringify(Object.is(value, -0) ? 0 : value);
  }
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v)).join(',')}]`;
  if (typeof value === 'object') {
    const proto: unknown = Object.getPrototypeOf(value);
    if (proto === Object.prototype || proto === null) {
      const entries = Object.entries(value)
        .filter(([, v]) => v !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
    }
  }
  throw new InternalError('NOT_CANONICAL', `A ${typeof value} has no canonical JSON form.`);
}

/** SHA-256 of a text (UTF-8) or of bytes, as 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 over the canonical JSON of a value (design §4.6). */
export function fingerprint(value: unknown): string {
  return sha256(canonicalJson(value));
}
