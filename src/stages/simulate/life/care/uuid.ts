import type { Rng } from '../../../../core/index.js';

/** A version 4 UUID (RFC 9562) from a stream. */
export function uuid(rng: Rng): string {
  const hex = [rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32()]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
