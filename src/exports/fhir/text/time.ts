import { InternalError } from '../../../core/index.js';

const DAY = 86_400_000;
const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

let lastDay = Number.NaN;
let lastText = '';

/** `YYYY-MM-DD` of a number of days since 1970-01-01 (UTC). Neighbouring calls mostly ask for the same day, so one is kept. */
function dayText(day: number): string {
  if (day === lastDay) return lastText;
  const date = new Date(day * DAY);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) {
    throw new InternalError('FHIR_TIME', 'A time lies outside of the years that FHIR can write (1 … 9999).');
  }
  lastText = `${String(year).padStart(4, '0')}-${two[date.getUTCMonth() + 1]!}-${two[date.getUTCDate()]!}`;
  lastDay = day;
  return lastText;
}

/** FHIR `date` in UTC. `ms` is milliseconds since 1970. @throws InternalError `FHIR_TIME`. */
export function dateText(ms: number): string {
  return dayText(Math.floor(ms / DAY));
}

/** FHIR `dateTime` and `instant` in UTC; milliseconds only where there are any. @throws InternalError `FHIR_TIME`. */
export function timeText(ms: number): string {
  const day = Math.floor(ms / DAY);
  const rest = Math.floor(ms - day * DAY);
  const seconds = Math.floor(rest / 1000);
  const millis = rest % 1000;
  const h = two[Math.floor(seconds / 3600)]!;
  const m = two[Math.floor(seconds / 60) % 60]!;
  const s = two[seconds % 60]!;
  const fraction = millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`;
  return `${dayText(day)}T${h}:${m}:${s}${fraction}Z`;
}

/** A FHIR `Period` as JSON. */
export function periodText(start: number, end: number | null): string {
  return end === null
    ? `{"start":"${timeText(start)}"}`
    : `{"start":"${timeText(start)}","end":"${timeText(end)}"}`;
}
