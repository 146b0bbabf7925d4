import type { Rng } from '../../../core/index.js';
import type { Illness } from './acuity.js';
import type { Course } from './course-schema.js';
import type { Order, StayData } from './data.js';
import type { Organ, Place, Reading, Round, Signal, StayPatient } from './types.js';

/** Shortest time between two rounds of an order, hours. */
const LEAST_HOURS = 0.25;

interface Level {
  readonly signal: Signal;
  readonly base: number;
  readonly pulls: readonly (readonly [Organ, number])[];
  /** What the illness does by itself, a point of acuity. */
  readonly own: number;
  /** The slow fluctuation and when it was. */
  walk: number;
  hour: number;
}

interface Due {
  readonly order: Order;
  /** Rank of the patient, 0 to 1, among all for whom it could be ordered. */
  readonly rank: number;
  hour: number;
  /** Whether it was ordered for this hour whatever its share. */
  ordered: boolean;
}

/** What is measured in one stay, and when. */
export class Readings {
  readonly rounds: Round[] = [];
  readonly #rng: Rng;
  readonly #data: StayData;
  readonly #levels: ReadonlyMap<string, Level>;
  readonly #due: Due[];

  constructor(course: Course, patient: StayPatient, { data, rng }: { data: StayData; rng: Rng }) {
    this.#rng = rng;
    this.#data = data;
    this.#levels = new Map(data.signals.map((signal) => [signal.id, this.#levelOf(signal, course, patient)]));
    this.#due = data.orders.map((order) => {
      const ordered = rng.next() < order.arrival;
      const hour = ordered ? 0.1 + 0.7 * rng.next() : order.hours.ward * (0.1 + rng.next());
      return { order, hour, ordered, rank: rng.next() };
    });
  }

  /** Everything that is measured until an hour (exclusive). */
  until(hour: number, now: { illness: Illness; place: Place; effects: ReadonlyMap<string, number> }): void {
    for (const due of this.#due) {
      while (due.hour < hour) {
        const { looksAt, informed, hours, share } = due.order;
        const drive = Math.max(0, Math.max(...looksAt.map((organ) => now.illness.score(organ))) - 1);
        if (due.ordered || due.rank < moreOften(share[now.place], informed * drive))
          this.#measure(due.order, due.hour, now);
        due.ordered = false;
        const interval = hours[now.place] * Math.exp(-informed * drive);
        due.hour += Math.max(LEAST_HOURS, interval * Math.exp(this.#data.jitter * this.#rng.normal()));
      }
    }
  }

  /** Care has moved: what was due later than the new place asks for is due sooner. */
  moved(hour: number, place: Place): void {
    for (const due of this.#due) {
      const soon = hour + due.order.hours[place] * this.#rng.next();
      if (due.hour > soon) due.hour = soon;
    }
  }

  #measure(
    order: Order,
    hour: number,
    { illness, effects }: { illness: Illness; effects: ReadonlyMap<string, number> },
  ): void {
    const minute = Math.round(hour * 60) / 60;
    const readings: Reading[] = [];
    for (const id of order.signals) {
      if (this.#rng.next() < this.#data.missed) continue;
      const value = this.#value(this.#levels.get(id)!, hour, { illness, effect: effects.get(id) ?? 0 });
      readings.push({ hour: minute, signal: id, value });
    }
    if (readings.length > 0) this.rounds.push({ hour: minute, order: order.id, readings });
  }

  #value(level: Level, hour: number, { illness, effect }: { illness: Illness; effect: number }): number {
    const { signal } = level;
    const keep = Math.exp(-(hour - level.hour) / signal.own.hours);
    level.walk = level.walk * keep + signal.own.sd * Math.sqrt(1 - keep * keep) * this.#rng.normal();
    level.hour = hour;
    let sum = level.base + level.walk + effect + signal.error * this.#rng.normal();
    sum += level.own * Math.max(0, illness.acuity);
    for (const [organ, slope] of level.pulls) sum += slope * illness.score(organ);
    const value = signal.scale === 'log' ? Math.exp(sum) : sum;
    const [low, high] = signal.limits;
    const scale = 10 ** signal.decimals;
    return Math.round(Math.min(high, Math.max(low, value)) * scale) / scale;
  }

  #levelOf(signal: Signal, course: Course, patient: StayPatient): Level {
    const { baseline, scale } = signal;
    const log = scale === 'log';
    const own = 'sign' in baseline ? patient.level(baseline.sign) + baseline.shift : baseline.value;
    const spread = 'sign' in baseline ? 0 : baseline.sd * this.#rng.normal();
    return {
      signal,
      base: (log ? Math.log(own) : own) + spread,
      pulls: Object.entries(signal.organs) as [Organ, number][],
      own: course.signals[signal.id] ?? 0,
      walk: signal.own.sd * this.#rng.normal(),
      hour: 0,
    };
  }
}

/** A share whose odds are multiplied by exp(`log`). */
function moreOften(share: number, log: number): number {
  return share === 1 ? 1 : (share * Math.exp(log)) / (1 - share + share * Math.exp(log));
}
