import type { Interval } from '../metric.js';

/** Text for a figure that does not exist. */
export const nothing = '–';

/** A number with a fixed count of decimals and a real minus sign: `−0.031`. */
export function decimals(value: number, digits = 3): string {
  const text = value.toFixed(digits);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

/** A number of any size: three decimals, whole numbers without, and two digits that count where three decimals would show 0. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return count(value);
  if (Math.abs(value) < 0.0005) return value.toPrecision(2).replace('-', '−');
  return Math.abs(value) >= 1000 ? count(Math.round(value)) : decimals(value);
}

/** {@link decimals}, or a dash for null. */
export function orNothing(value: number | null, digits = 3): string {
  return value === null ? nothing : decimals(value, digits);
}

/** The same with its sign always shown: `+0.012`. */
export function signed(value: number, digits = 3): string {
  const text = decimals(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A value with its interval: `0.853 [0.82–0.88]`. */
export function withInterval(value: number, ci: Interval | undefined): string {
  return ci === undefined ? decimals(value) : `${decimals(value)} ${interval(ci)}`;
}

/** An interval: `[0.82–0.88]`; a narrow one with as many digits as tell its ends apart. */
export function interval(ci: Interval): string {
  const width = ci.high - ci.low;
  const digits = width > 0 ? Math.min(6, Math.max(2, -Math.floor(Math.log10(width)))) : 2;
  const low = decimals(ci.low, digits);
  const high = decimals(ci.high, digits);
  return ci.low < 0 ? `[${low} to ${high}]` : `[${low}–${high}]`;
}

/** A bar: two decimals where they say it all, else all of it. */
export function barText(bar: number): string {
  return Number(bar.toFixed(2)) === bar ? decimals(bar, 2) : String(bar).replace('-', '−');
}

/** ε or δ, to three digits that count. */
export function privacyFigure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/**
 * A value that is judged against a bar: as many decimals (3 to 6) as it takes for the rounded value to stand on the same
 * side of the bar as the value itself, so that `0.9398` is never shown as `0.94` beside "below 0.94".
 */
export function judged(value: number, bar: number): string {
  for (let digits = 3; digits < 6; digits++) {
    const rounded = Number(value.toFixed(digits));
    if (Math.sign(rounded - bar) === Math.sign(value - bar)) return decimals(value, digits);
  }
  return decimals(value, 6);
}

/** A share of 1 as per cent, with a space that does not break: `12 %`; small ones keep digits that count (`0.04 %`), and only 0 is `0 %`. */
export function percent(share: number): string {
  const p = share * 100;
  const size = Math.abs(p);
  if (p === 0) return '0\u00A0%';
  if (size < 0.01) return `<\u00A00.01\u00A0%`;
  if (size < 0.1) return `${decimals(p, 2)}\u00A0%`;
  return `${decimals(p, size < 9.95 ? 1 : 0)}\u00A0%`;
}

/** A count with thin spaces between thousands: `12 345`. */
export function count(n: number): string {
  return decimals(n, 0).replace(/\B(?=(\d{3})+$)/g, '\u202F');
}

/** A p-value: `0.031`, `< 0.001`. */
export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : decimals(p);
}

/** A noun with its count: `1 row`, `12 rows`. */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${count(n)} ${n === 1 ? singular : plural}`;
}

/** A text as a sentence of its own: a capital at its head (but eICU stays eICU) and a full stop at its end. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const capital = trimmed.replace(/^[a-z](?=[a-z]*\b)/, (letter) => letter.toUpperCase());
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

/** Words in a row: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`;
}

/** In words, how far a place lies on the way from floor (0) to ceiling (1). */
export function placeText(place: number): string {
  if (place >= 1) return 'as well kept as among fresh real patients';
  if (place <= 0) return 'no better kept than in unrelated columns';
  return `${percent(place)} of the way from unrelated columns to fresh real patients`;
}

const unitWords: Readonly<Record<string, string>> = {
  a: 'years',
  mo: 'months',
  wk: 'weeks',
  d: 'days',
  h: 'hours',
  min: 'minutes',
  Cel: '°C',
};
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A UCUM unit as people write it: `10*3/uL` → `10³/µL`, `a` → `years`, `{score}` → `score`. */
export function unitText(ucum: string | undefined): string {
  if (ucum === undefined || ucum === '1') return '';
  const word = unitWords[ucum];
  if (word !== undefined) return word;
  return ucum
    .replace(/10\*(\d+)/g, (_, power: string) => `10${power.replace(/\d/g, (d) => superscripts[Number(d)]!)}`)
    .replace(/\bu(?=[A-Za-z])/g, 'µ')
    .replace(/[{}]/g, '')
    .replace(/\[(.*?)\]/g, '$1');
}
