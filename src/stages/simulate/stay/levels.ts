import type { Rng } from '../../../core/index.js';
import type { Illness } from './acuity.js';
import type { Course } from './course-schema.js';
import type { StayData } from './data.js';
import type { LevelRule, Organ, Signal, StayPatient, ValueTable } from './types.js';

/** What is going on in an hour. */
export interface Moment {
  readonly illness: Illness;
  /** What runs moves levels by this, by id. */
  readonly effects: ReadonlyMap<string, number>;
  /** Supports that run. */
  readonly running: ReadonlySet<string>;
}

interface Level {
  readonly rule: LevelRule;
  readonly pulls: readonly (readonly [Organ, number])[];
  /** What the illness does by itself, a point of acuity. */
  readonly ownPull: number;
  /** The person's own level. */
  readonly base: number;
  /** How far the illness has moved it so far. */
  moved: number;
  /** The slow fluctuation and when it was. */
  walk: number;
  hour: number;
}

/** Values of one moment, by signal, in its unit. */
export type Values = Map<string, number>;

/**
 * Where everything that can be measured stands in one stay. A level is the person's own, moved by organs and illness with an inertia (`lag`), by supports
 * at once, and by a slow fluctuation.
 */
export class Levels {
  readonly #rng: Rng;
  readonly #levels: ReadonlyMap<string, Level>;
  readonly #signals: ReadonlyMap<string, Signal>;

  constructor(
    {
      course,
      patient,
      illness,
      onsetHours,
    }: {
      course: Course;
      patient: StayPatient;
      illness: Illness;
      /** How long the illness has lasted at arrival. */
      onsetHours: number;
    },
    { data, rng }: { data: StayData; rng: Rng },
  ) {
    this.#rng = rng;
    this.#signals = new Map(data.signals.map((signal) => [signal.id, signal]));
    const rules = [...data.latent, ...data.signals.filter((signal) => 'baseline' in signal)];
    this.#levels = new Map(
      rules.map((rule) => {
        const level = this.#levelOf(rule, course, patient);
        const target = targetOf(level, illness);
        const { lag } = rule;
        const before = lag === undefined ? 1 : -Math.expm1(-onsetHours / (target > 0 ? lag.rise : lag.fall));
        level.moved = target * before;
        return [rule.id, level];
      }),
    );
  }

  /** An hour later. */
  advance(illness: Illness): void {
    for (const level of this.#levels.values()) {
      const target = targetOf(level, illness);
      const { lag } = level.rule;
      const hours = target > level.moved ? lag?.rise : lag?.fall;
      level.moved = hours === undefined ? target : target + (level.moved - target) * Math.exp(-1 / hours);
    }
  }

  /** A reading, rounded to the instrument; what else it needs is measured with it and kept in `values`. */
  read(id: string, { hour, hours, now, values }: Reading): number {
    const signal = this.#signals.get(id)!;
    const [low, high] = signal.limits;
    const value = this.#value(id, { hour, now, values }) * ('volume' in signal ? hours : 1);
    const decimals = 10 ** signal.decimals;
    return Math.round(Math.min(high, Math.max(low, value)) * decimals) / decimals;
  }

  #value(id: string, at: Omit<Reading, 'hours'>): number {
    const known = at.values.get(id);
    if (known !== undefined) return known;
    const value = this.#fresh(id, at);
    at.values.set(id, value);
    return value;
  }

  #fresh(id: string, at: Omit<Reading, 'hours'>): number {
    const signal = this.#signals.get(id);
    const level = this.#levels.get(id);
    if (level !== undefined) {
      const noise = signal === undefined ? 0 : signal.error * this.#rng.normal();
      const value = natural(level.rule.scale, this.#levelNow(level, at) + noise);
      return Math.min(value, this.#most(signal, at));
    }
    if (signal !== undefined && 'table' in signal) return this.#tableValue(signal.table, at);
    if (signal === undefined || !('derived' in signal)) return NaN;
    const { derived, scale, error, limits } = signal;
    let sum = derived.shift + error * this.#rng.normal();
    for (const [of, factor] of Object.entries(derived.of)) {
      const value = this.#value(of, at);
      sum += factor * (scale === 'log' ? Math.log(value) : value);
    }
    return Math.min(limits[1], Math.max(limits[0], natural(scale, sum)));
  }

  /** What a reading cannot be above: something below another reading, as that is charted. */
  #most(signal: Signal | undefined, at: Omit<Reading, 'hours'>): number {
    if (signal === undefined || !('below' in signal) || signal.below === undefined) return Infinity;
    const { of, by } = signal.below;
    const [low, high] = this.#signals.get(of)!.limits;
    return Math.min(high, Math.max(low, this.#value(of, at))) - by;
  }

  #tableValue(table: ValueTable, at: Omit<Reading, 'hours'>): number {
    const { of, from, values, silenced } = table;
    if (silenced !== undefined && at.now.running.has(silenced)) return values[0]!;
    const place = Math.round(this.#value(of, at)) - from;
    return values[Math.min(values.length - 1, Math.max(0, place))]!;
  }

  #levelNow(level: Level, { hour, now }: Omit<Reading, 'hours'>): number {
    const { own, id } = level.rule;
    if (hour > level.hour) {
      const keep = Math.exp((level.hour - hour) / own.hours);
      level.walk = level.walk * keep + own.sd * Math.sqrt(1 - keep * keep) * this.#rng.normal();
      level.hour = hour;
    }
    return level.base + level.moved + level.walk + (now.effects.get(id) ?? 0);
  }

  #levelOf(rule: LevelRule, course: Course, patient: StayPatient): Level {
    const { baseline, scale, own } = rule;
    const level = 'sign' in baseline ? patient.level(baseline.sign) + baseline.shift : baseline.value;
    const spread = 'sign' in baseline ? 0 : baseline.sd * this.#rng.normal();
    const age = 'sign' in baseline ? 0 : (baseline.perDecadeAbove60 ?? 0);
    const aged = (age * Math.max(0, patient.ageYears - 60)) / 10;
    return {
      rule,
      base: (scale === 'log' ? Math.log(level) : level) + spread + aged + (patient.shifts?.[rule.id] ?? 0),
      pulls: Object.entries(rule.organs) as [Organ, number][],
      ownPull: course.signals[rule.id] ?? 0,
      moved: 0,
      walk: own.sd * this.#rng.normal(),
      hour: 0,
    };
  }
}

interface Reading {
  readonly hour: number;
  /** Since the last reading, for volumes. */
  readonly hours: number;
  readonly now: Moment;
  readonly values: Values;
}

function natural(scale: 'linear' | 'log', value: number): number {
  return scale === 'log' ? Math.exp(value) : value;
}

/** How far the illness would move a level in the end. */
function targetOf({ pulls, ownPull }: Level, illness: Illness): number {
  let sum = ownPull * Math.max(0, illness.acuity);
  for (const [organ, slope] of pulls) sum += slope * illness.score(organ);
  return sum;
}
