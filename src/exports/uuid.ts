import { sha256Words } from '../core/index.js';

const none = new Int32Array(0);
const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/** A UUID (version 8, RFC 9562) derived from the id of what it belongs to and a word for what it is: the same wherever and whenever it is made. */
export function uuidFrom(what: string, id: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = sha256Words(none, `${what}\0${id}`);
  const middle = hex((b & 0xffff0fff) | 0x8000);
  const rest = hex((c & 0x3fffffff) | 0x80000000);
  return `${hex(a)}-${middle.slice(0, 4)}-${middle.slice(4)}-${rest.slice(0, 4)}-${rest.slice(4)}${hex(d)}`;
}
