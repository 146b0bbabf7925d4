import type { Rng } from '../../../core/index.js';
import { logNormal } from './acuity.js';
import type { Illness } from './acuity.js';
import type { Conduct } from './conduct-schema.js';
import type { Treatment } from './types.js';

type Rules = Conduct['transfusion'];

/** A value of haemoglobin that is known (g/dL), and when it was measured. */
export interface Known {
  readonly value: number;
  readonly hour: number;
}

/** Red cells, unit by unit: ordered by the haemoglobin that was measured and by how much the patient bleeds. */
export class Transfusions {
  readonly #rules: Rules;
  readonly #rng: Rng;
  readonly #agreed: boolean;
  readonly #units: Treatment[] = [];

  constructor(rules: Rules, rng: Rng) {
    this.#rules = rules;
    this.#rng = rng;
    this.#agreed = rng.next() < rules.share;
  }

  /** Orders units at an hour. */
  advance(hour: number, illness: Illness, known: Known | undefined): void {
    const last = this.#units.at(-1)?.end;
    if (!this.#agreed || (last !== undefined && hour < last)) return;
    const { againAfterHours, id, code, delay, sigma } = this.#rules;
    const reason = this.#reason(illness, known, last);
    if (reason === undefined) return;
    if (last !== undefined && reason !== 'massive' && hour < last + againAfterHours) return;
    let start = hour + delay * (0.5 + this.#rng.next());
    for (let unit = 0; unit < this.#rules.units[reason]; unit++) {
      const end = start + logNormal(this.#rng, { median: this.#rules.hours[reason], sigma });
      this.#units.push({ id, kind: 'procedure', code, start, end, dose: null, route: null });
      start = end;
    }
  }

  /** Why somebody needs red cells; a value counts when it was measured after the last unit. */
  #reason(illness: Illness, known: Known | undefined, last = -Infinity): keyof Rules['units'] | undefined {
    const { below, belowWithHeart, heartFrom, bleedingFrom, belowBleeding, massiveFrom } = this.#rules;
    const bleeding = illness.score('bleeding');
    const value = known === undefined || known.hour < last ? undefined : known.value;
    if (value === undefined) return undefined;
    if (bleeding >= massiveFrom && value < belowBleeding) return 'massive';
    if (bleeding >= bleedingFrom && value < belowBleeding) return 'bleeding';
    const least = illness.score('cardiac') >= heartFrom ? belowWithHeart : below;
    return value < least ? 'anaemia' : undefined;
  }

  /** Nothing more is given from an hour on; the unit that runs is the last. */
  stop(hour: number): void {
    const first = this.#units.findIndex(({ start }) => start >= hour);
    if (first >= 0) this.#units.splice(first);
  }

  get units(): readonly Treatment[] {
    return this.#units;
  }

  /** g/dL that what has been given adds now. */
  effect(hour: number): number {
    const { rise, lingers } = this.#rules;
    const given = this.#units.filter(({ end }) => end <= hour);
    return given.reduce((sum, { end }) => sum + rise * Math.exp((end - hour) / lingers), 0);
  }
}
