import type { Rng } from '../../../core/index.js';
import type { Order, StayData } from './data.js';
import type { Levels, Moment, Values } from './levels.js';
import type { Place, Reading, Round } from './types.js';

/** Shortest time between two rounds of an order, hours. */
const LEAST_HOURS = 0.25;

interface Due {
  readonly order: Order;
  /** Rank of the patient, 0 to 1, among all for whom it could be ordered. */
  readonly rank: number;
  /** Signals that are not charted once a support runs, for this patient: signal and support. */
  readonly omits: readonly (readonly [string, string])[];
  hour: number;
  /** Whether it was ordered for this hour whatever its share. */
  ordered: boolean;
  /** When it was last measured; NaN: never. */
  last: number;
}

/** What is measured in one stay, and when. */
export class Readings {
  readonly rounds: Round[] = [];
  readonly #rng: Rng;
  readonly #data: StayData;
  readonly #levels: Levels;
  readonly #due: Due[];
  readonly #latest = new Map<string, Reading>();
  /** Supports that have been begun in this stay. */
  readonly #begun = new Set<string>();

  constructor(levels: Levels, { data, rng }: { data: StayData; rng: Rng }) {
    this.#rng = rng;
    this.#data = data;
    this.#levels = levels;
    this.#due = data.orders.map((order) => {
      const ordered = rng.next() < order.arrival;
      const hour = ordered ? 0.1 + 0.7 * rng.next() : order.hours.ward * (0.1 + rng.next());
      const rank = rng.next();
      const omits = (order.omits ?? [])
        .filter(({ share }) => rng.next() < share)
        .map(({ signal, with: support }) => [signal, support] as const);
      return { order, omits, hour, ordered, rank, last: NaN };
    });
  }

  /** Everything that is measured until an hour (exclusive). */
  until(hour: number, now: Moment & { readonly place: Place }): void {
    for (const support of now.running) this.#begun.add(support);
    for (const due of this.#due) {
      while (due.hour < hour) {
        const { looksAt, informed, hours, share, with: more = {}, only } = due.order;
        const drive = Math.max(0, Math.max(...looksAt.map((organ) => now.illness.score(organ))) - 1);
        let log = informed * drive;
        for (const [support, by] of Object.entries(more)) if (now.running.has(support)) log += by;
        const possible = only?.some((support) => now.running.has(support)) ?? true;
        if (possible && (due.ordered || due.rank < moreOften(share[now.place], log)))
          this.#measure(due, hours[now.place], now);
        due.ordered = false;
        const interval = hours[now.place] * Math.exp(-log);
        due.hour += Math.max(LEAST_HOURS, interval * Math.exp(this.#data.jitter * this.#rng.normal()));
      }
    }
  }

  /** The last value of a signal that was measured, and when. */
  last(id: string): { readonly value: number; readonly hour: number } | undefined {
    return this.#latest.get(id);
  }

  /** Care has moved: what was due later than the new place asks for is due sooner. */
  moved(hour: number, place: Place): void {
    for (const due of this.#due) {
      const soon = hour + due.order.hours[place] * this.#rng.next();
      if (due.hour > soon) due.hour = soon;
    }
  }

  #measure(due: Due, interval: number, now: Moment): void {
    const { order, hour } = due;
    const minute = Math.round(hour * 60) / 60;
    const readings: Reading[] = [];
    const values: Values = new Map();
    // a volume is not kept for much longer than usual
    const since = due.last >= hour - 1.5 * interval ? due.last : Math.max(0, hour - interval);
    due.last = hour;
    for (const id of order.signals) {
      if (this.#rng.next() < this.#data.missed) continue;
      if (due.omits.some(([signal, support]) => signal === id && this.#begun.has(support))) continue;
      const value = this.#levels.read(id, { hour, hours: hour - since, now, values });
      const reading = { hour: minute, signal: id, value };
      readings.push(reading);
      this.#latest.set(id, reading);
    }
    if (readings.length > 0) this.rounds.push({ hour: minute, order: order.id, readings });
  }
}

/** A share whose odds are multiplied by exp(`log`). */
function moreOften(share: number, log: number): number {
  return share === 1 ? 1 : (share * Math.exp(log)) / (1 - share + share * Math.exp(log));
}
