/** Digits that stand before every national provider identifier when its check digit is computed (ISO 7812 issuer of US health applications). */
const prefix = '80840';

/** Luhn's check digit (ISO/IEC 7812-1, annex B) for digits without one. */
function luhnDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 0 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

/**
 * The national provider identifier (45 CFR 162.406) with this number, 0 … 99,999,999: ten digits, the first a 2 (NPIs begin with 1 or 2,
 * and none with a 2 has been issued so far), the last the check digit over 80840 and the other nine.
 */
export function npi(number: number): string {
  const nine = `2${String(number).padStart(8, '0')}`;
  return `${nine}${luhnDigit(prefix + nine)}`;
}

/** Whether ten digits have the check digit of a national provider identifier. */
export function isNpi(text: string): boolean {
  return /^[12]\d{9}$/.test(text) && Number(text[9]) === luhnDigit(prefix + text.slice(0, 9));
}
