/** A running sum with Neumaier's compensation: the error does not grow with the number of terms (ZAMM 54, 1974). */
export class Sum {
  #total = 0;
  #lost = 0;

  add(x: number): void {
    const next = this.#total + x;
    this.#lost += Math.abs(this.#total) >= Math.abs(x) ? this.#total - next + x : x - next + this.#total;
    this.#total = next;
  }

  get value(): number {
    return this.#total + this.#lost;
  }
}

/** Compensated sum; 0 for none. */
export function sum(values: Iterable<number>): number {
  const total = new Sum();
  for (const x of values) total.add(x);
  return total.value;
}

/** Arithmetic mean, or null for none. */
export function mean(values: ArrayLike<number> & Iterable<number>): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}
