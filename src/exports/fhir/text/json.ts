import { InternalError } from '../../../core/index.js';

/** A string as JSON, with its quotes. */
export const quote = (text: string): string => JSON.stringify(text);

/**
 * A number as a FHIR `decimal`, with the decimals of the instrument that gave it (FHIR keeps their number as precision).
 * @throws InternalError `FHIR_NUMBER` when it is not finite: such a record must not pass the gate.
 */
export function decimal(value: number, decimals: number): string {
  if (!Number.isFinite(value))
    throw new InternalError('FHIR_NUMBER', 'A value of a record is not a finite number.');
  if (Math.abs(value) >= 1e21) return BigInt(Math.round(value)).toString();
  const text = value.toFixed(decimals);
  return text.startsWith('-') && Number(text) === 0 ? text.slice(1) : text;
}

/** The shortest decimal without an exponent, which FHIR's sampled data cannot hold. */
export function plainNumber(value: number): string {
  const text = String(value);
  return text.includes('e') ? decimal(value, 20).replace(/\.?0+$/, '') : text;
}

/** Money in US dollars. */
export const money = (usd: number): string => `{"value":${decimal(usd, 2)},"currency":"USD"}`;

/** Text inside XHTML, not yet quoted as JSON. */
export function xhtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
