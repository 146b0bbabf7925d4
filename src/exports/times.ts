const dayMs = 86_400_000;
const two = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const dates = new Map<number, string>();

/** `2020-02-29`, UTC. */
export function isoDate(ms: number): string {
  const day = Math.floor(ms / dayMs);
  const known = dates.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * dayMs).toISOString().slice(0, 10);
  if (dates.size >= 100_000) dates.clear(); // 274 years of days
  dates.set(day, text);
  return text;
}

/** `12:05:09`, UTC, without fractions of a second. */
function isoTime(ms: number): string {
  const seconds = Math.floor((ms - Math.floor(ms / dayMs) * dayMs) / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${two[Math.floor(minutes / 60)]!}:${two[minutes % 60]!}:${two[seconds % 60]!}`;
}

/** `2020-02-29T12:05:09Z`, as Synthea writes times. */
export function isoSeconds(ms: number): string {
  return `${isoDate(ms)}T${isoTime(ms)}Z`;
}

/** `2020-02-29 12:05:09.123`, as DuckDB reads a TIMESTAMP; UTC. Fractions only where there are any. */
export function sqlTime(ms: number): string {
  const whole = `${isoDate(ms)} ${isoTime(ms)}`;
  const rest = ms - Math.floor(ms / 1000) * 1000;
  return rest === 0 ? whole : `${whole}.${String(Math.floor(rest)).padStart(3, '0')}`;
}
