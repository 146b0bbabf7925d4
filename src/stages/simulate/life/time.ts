/** Milliseconds of a day. */
export const dayMs = 86_400_000;
/** Milliseconds of a mean Gregorian year (365.2425 days). */
export const yearMs = 365.2425 * dayMs;

/** Age in years (fractions of mean years) at a time. */
export function ageAt(birthTime: number, time: number): number {
  return (time - birthTime) / yearMs;
}

/** The time of a birthday: the same month and day in UTC, 29 February becoming 1 March in a common year; the hour of birth is kept. */
export function birthday(birthTime: number, years: number): number {
  const at = new Date(birthTime);
  return at.setUTCFullYear(at.getUTCFullYear() + years);
}

/** Age in completed years at a time. */
export function completedYears(birthTime: number, time: number): number {
  const guess = Math.floor(ageAt(birthTime, time));
  if (birthday(birthTime, guess + 1) <= time) return guess + 1;
  return birthday(birthTime, guess) > time ? guess - 1 : guess;
}
