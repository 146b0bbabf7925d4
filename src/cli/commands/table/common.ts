import { z } from 'zod';
import { UserError } from '../../../core/index.js';

/** `a,b` and repeats of an option as one list. */
export const names = z
  .array(z.string())
  .default([])
  .transform((lists) => lists.flatMap((list) => list.split(',')).map((name) => name.trim()))
  .transform((list) => list.filter((name) => name !== ''));

export const seed = z.coerce.number().int().min(0).default(1);
export const memory = z.coerce.number().int().min(256).optional();
export const share = z.coerce.number().min(0).max(0.95);

/** Collects a repeatable option. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `key=value` pairs of --set; a value that is JSON is read as such. @throws UserError `BAD_OPTION`. */
export function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new UserError('BAD_OPTION', `--set takes key=value, not '${pair}'.`, {
          fix: 'for example --set minLeaf=50',
        });
      return [pair.slice(0, at).trim(), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What may be claimed about privacy, in a sentence. */
export function privacyText(
  privacy:
    | { readonly kind: 'none'; readonly reason: string }
    | { readonly kind: 'dp'; readonly epsilon: number; readonly delta: number; readonly unit: string },
): string {
  if (privacy.kind === 'none') return `no claim of ε. ${privacy.reason}`;
  const whom = privacy.unit === 'row' ? 'each row' : `each ${privacy.unit}`;
  return `(ε = ${privacy.epsilon}, δ = ${privacy.delta}) differential privacy for ${whom}`;
}
