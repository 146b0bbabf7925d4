/** A person's calendar: birthdays as times, so that an age in a module is a comparison of two times. */
export class AgeClock {
  #birth = 0;
  #year = 0;
  #month = 0;
  #day = 0;
  #rest = 0;
  readonly #birthdays = new Float64Array(131);

  reset(birthTime: number): void {
    this.#birth = birthTime;
    const date = new Date(birthTime);
    this.#year = date.getUTCFullYear();
    this.#month = date.getUTCMonth();
    this.#day = date.getUTCDate();
    this.#rest = birthTime - Date.UTC(this.#year, this.#month, this.#day);
    this.#birthdays.fill(NaN);
  }

  /** When the person is `years` old: whole years by the calendar; 29 February becomes 1 March where there is none. */
  yearsOld(years: number): number {
    const known = this.#birthdays[years];
    if (known !== undefined && !Number.isNaN(known)) return known;
    const time = Date.UTC(this.#year + years, this.#month, this.#day) + this.#rest;
    if (years >= 0 && years <= 130) this.#birthdays[years] = time;
    return time;
  }

  monthsOld(months: number): number {
    const month = this.#month + months;
    const lastDay = new Date(Date.UTC(this.#year, month + 1, 0)).getUTCDate();
    return Date.UTC(this.#year, month, Math.min(this.#day, lastDay)) + this.#rest;
  }

  /** Completed years at a time. */
  yearsAt(time: number): number {
    let years = Math.max(0, Math.floor((time - this.#birth) / 31_556_952_000));
    while (this.yearsOld(years + 1) <= time) years++;
    while (years > 0 && this.yearsOld(years) > time) years--;
    return years;
  }
}
