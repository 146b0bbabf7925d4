import type { Rng } from '../../../core/index.js';
import type { Course } from './course-schema.js';
import type { StayData } from './data.js';
import type { Hazards } from './hazards.js';
import type { Organ, OrganScores } from './types.js';
import { organs } from './types.js';

const decadesAbove60 = (age: number): number => Math.max(0, age - 60) / 10;
/** Decades from 60 years on, below 0 for the younger; nobody counts as younger than 40 or older than 90. */
export const decadesFrom60 = (age: number): number => (Math.min(90, Math.max(40, age)) - 60) / 10;
const MOST_SCORE = 4.5;
/** Organs whose failure keeps somebody in intensive care: those of SOFA. */
const vital = ['cardiovascular', 'respiratory', 'renal', 'hepatic', 'coagulation', 'neurologic'] as const;
/** Acuity never falls below: nobody is better than well. */
const LEAST_ACUITY = -0.3;

export function logNormal(rng: Rng, { median, sigma }: { median: number; sigma: number }): number {
  return median * Math.exp(sigma * rng.normal());
}

function logNormalOfMeanOne(rng: Rng, sigma: number): number {
  return Math.exp(sigma * rng.normal() - sigma ** 2 / 2);
}

/**
 * The hidden illness of one stay: how ill the patient is (acuity), and how far each organ system fails. Acuity follows the course of the illness
 * with an Ornstein-Uhlenbeck walk around it; each organ answers by its share of acuity, fluctuates by itself, and keeps what chronic disease adds.
 * Once treated an illness abates, the severe more slowly; one that is refractory persists for days or weeks, getting worse at a pace of its own, and
 * abates after that if the patient lives.
 */
export class Illness {
  acuity: number;
  peak: number;
  /** Acuity as the body feels it: its mean over the last hours. */
  felt: number;
  /** Days of severe illness or organ failure so far. */
  severeDays = 0;
  readonly #rng: Rng;
  readonly #data: StayData;
  readonly #course: Course;
  readonly #chronic: OrganScores;
  readonly #recovery: number;
  /** Of one that is refractory: how fast it gets worse, a factor of the growth without treatment, and hours until it abates; null: it abates. */
  readonly #persistence: { readonly pace: number; hours: number; drift: number; readonly rng: Rng } | null;
  #scores: Readonly<Record<Organ, number>>;
  readonly #loads: Readonly<Record<Organ, number>>;
  readonly #walks: Record<Organ, number>;
  readonly #injuries: Record<Organ, number>;
  #course0: number;
  #treated = false;

  constructor(
    course: Course,
    patient: { ageYears: number; chronic: OrganScores },
    { data, rng }: { data: StayData; rng: Rng },
  ) {
    const { hazards, fluctuation } = data;
    this.#rng = rng;
    this.#data = data;
    this.#course = course;
    this.#chronic = patient.chronic;
    const { mean, sd, per_decade: perDecade } = course.severity;
    const start =
      mean + hazards.hospital.severity + sd * rng.normal() + perDecade * decadesAbove60(patient.ageYears);
    this.#course0 = Math.max(0.3, start);
    this.acuity = this.#course0;
    this.peak = this.acuity;
    this.felt = this.acuity;
    this.#recovery = logNormal(rng, course.recovery_hours) * hazards.hospital.recovery;
    const unluck = rng.next();
    this.#loads = byOrgan(
      (organ) => (course.organs[organ] ?? 0) * logNormalOfMeanOne(rng, hazards.frailty.sd),
    );
    this.#walks = byOrgan(() => fluctuation.organSd * rng.normal());
    this.#injuries = byOrgan(() => 0);
    this.#scores = this.#scoresNow();
    const refractory = unluck < this.#refractoryChance(start, patient.ageYears);
    this.#persistence = refractory ? persistence(hazards.persistence, rng.split('persistence')) : null;
  }

  /** The sicker and the older, the likelier. */
  #refractoryChance(start: number, age: number): number {
    const { refractory } = this.#course;
    if (refractory === 0 || refractory === 1) return refractory;
    const { reference, shift, perPoint, perDecadeAbove60, perExcess } = this.#data.hazards.refractory;
    const odds = Math.log(refractory / (1 - refractory)) + shift;
    const more =
      perPoint * (start - reference) + perDecadeAbove60 * decadesFrom60(age) + perExcess * this.excess();
    return 1 / (1 + Math.exp(-odds - more));
  }

  /** From now on it abates, unless it is refractory. */
  treat(): void {
    this.#treated = true;
  }

  /** A complication. */
  injure(organ: Organ, dysfunction: number, acuity: number): void {
    this.#injuries[organ] += dysfunction;
    this.#course0 += acuity;
    this.#scores = this.#scoresNow();
  }

  /** An operation. */
  strain(acuity: number, dysfunction: OrganScores): void {
    for (const organ of organs) this.#injuries[organ] += dysfunction[organ] ?? 0;
    this.#course0 += acuity;
    this.acuity += acuity;
    this.#scores = this.#scoresNow();
  }

  /** An hour later. */
  advance(): void {
    const { hazards, fluctuation } = this.#data;
    const abating = this.#treated && !this.#persists();
    if (!this.#treated) this.#course0 += this.#course.untreated_per_day / 24;
    else if (abating) this.#course0 *= Math.exp(-this.#slowness() / this.#recovery);
    const now = this.#course0 + (this.#persistence?.drift ?? 0);
    const keep = Math.exp(-1 / hazards.walk.hours);
    this.acuity =
      now + (this.acuity - now) * keep + hazards.walk.sd * Math.sqrt(1 - keep * keep) * this.#rng.normal();
    this.acuity = Math.max(LEAST_ACUITY, this.acuity);
    this.peak = Math.max(this.peak, this.acuity);
    this.felt = this.acuity + (this.felt - this.acuity) * Math.exp(-1 / hazards.death.hours);
    const organKeep = Math.exp(-1 / fluctuation.organHours);
    const organNoise = fluctuation.organSd * Math.sqrt(1 - organKeep * organKeep);
    const heal = abating ? Math.exp(-1 / (2 * this.#recovery)) : 1;
    for (const organ of organs) {
      this.#walks[organ] = this.#walks[organ] * organKeep + organNoise * this.#rng.normal();
      this.#injuries[organ] *= heal;
    }
    this.#scores = this.#scoresNow();
    const { acuity, organ } = hazards.severe;
    const failing = vital.some((one) => this.#scores[one] - (this.#chronic[one] ?? 0) > organ);
    if (this.acuity > acuity || failing) this.severeDays += 1 / 24;
  }

  /** An hour of an illness that does not abate although treated. @returns whether it is one. */
  #persists(): boolean {
    const way = this.#persistence;
    if (way === null) return false;
    const { walk, least } = this.#data.hazards.persistence;
    const keep = Math.exp(-1 / walk.hours);
    const noise = way.hours > 0 ? walk.sd * Math.sqrt(1 - keep * keep) * way.rng.normal() : 0;
    way.drift = way.drift * keep + noise;
    if (way.hours <= 0) return false;
    way.hours--;
    const growth = (way.pace * this.#course.untreated_per_day) / 24;
    this.#course0 += Math.max(growth, (least.acuity - this.#course0) / least.hours);
    return true;
  }

  /** How fast it abates, 1 for the moderately ill: who is severely ill, or has been for days, and whose organs fail recovers more slowly. */
  #slowness(): number {
    const { above, perPoint, organAbove, perOrganPoint, perSevereDay, mostDays } =
      this.#data.hazards.abatement;
    const failing = vital.reduce((sum, organ) => sum + Math.max(0, this.#scores[organ] - organAbove), 0);
    const worn = perSevereDay * Math.min(mostDays, this.severeDays);
    return Math.exp(-perPoint * Math.max(0, this.#course0 - above) - perOrganPoint * failing - worn);
  }

  /** Score of an organ now, 0 to 4.5. */
  score(organ: Organ): number {
    return this.#scores[organ];
  }

  /**
   * How much more dangerous the organs' failure is than usual in this illness at this acuity: log of the hazard. The illness's own danger is in
   * the acuity; what differs between patients who are equally ill with it is which organs fail.
   */
  excess(): number {
    const { perOrganPoint } = this.#data.hazards.death;
    let sum = 0;
    for (const [organ, weight] of Object.entries(perOrganPoint) as [Organ, number][]) {
      const usual = (this.#course.organs[organ] ?? 0) * Math.max(0, this.acuity);
      sum += weight * (this.#scores[organ] - Math.min(MOST_SCORE, usual));
    }
    return sum;
  }

  #scoresNow(): Record<Organ, number> {
    const direct = byOrgan((organ) => this.#ownScore(organ));
    const more = byOrgan(() => 0);
    for (const { from, to, above, perPoint } of this.#data.hazards.spread.links)
      more[to] += perPoint * Math.max(0, direct[from] - above);
    return byOrgan((organ) => Math.min(MOST_SCORE, direct[organ] + more[organ]));
  }

  #ownScore(organ: Organ): number {
    const own = this.#loads[organ] * Math.max(0, this.acuity) + this.#injuries[organ];
    // an organ that the illness spares and that is sound fluctuates little
    const walk = this.#walks[organ] * Math.min(1, 0.3 + own);
    return Math.min(MOST_SCORE, Math.max(0, own + (this.#chronic[organ] ?? 0) + walk));
  }
}

function persistence(
  { pace, days }: Hazards['persistence'],
  rng: Rng,
): { pace: number; hours: number; drift: number; rng: Rng } {
  return { pace: logNormal(rng, pace), hours: 24 * logNormal(rng, days), drift: 0, rng };
}

function byOrgan(of: (organ: Organ) => number): Record<Organ, number> {
  return {
    cardiovascular: of('cardiovascular'),
    respiratory: of('respiratory'),
    renal: of('renal'),
    hepatic: of('hepatic'),
    coagulation: of('coagulation'),
    neurologic: of('neurologic'),
    metabolic: of('metabolic'),
    inflammatory: of('inflammatory'),
    bleeding: of('bleeding'),
    cardiac: of('cardiac'),
  };
}
