import { createHash } from 'node:crypto';

/** A UUID (version 8, RFC 9562) derived from the id of what it belongs to and a word for what it is: the same wherever and whenever it is made. */
export function uuidFrom(what: string, id: string): string {
  const hex = createHash('sha256').update(`${what}\0${id}`).digest('hex');
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
