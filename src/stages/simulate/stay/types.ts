import type { Coding, ObservationCategory } from '../../../cohort/index.js';

/** Systems that fail alone or together; scores 0 (none) to 4 (failure), on the scale of SOFA's subscores. */
export const organs = [
  'cardiovascular',
  'respiratory',
  'renal',
  'hepatic',
  'coagulation',
  'neurologic',
  'metabolic',
  'inflammatory',
  'bleeding',
  'cardiac',
] as const;
export type Organ = (typeof organs)[number];
export type OrganScores = Readonly<Partial<Record<Organ, number>>>;

/** How the patient comes: unplanned, through the emergency department, or to an operation that was planned. */
export const arrivals = ['emergency', 'planned'] as const;
export type Arrival = (typeof arrivals)[number];

/** What is to be done should the heart stop, and the aim of care: everything, no resuscitation, comfort alone. */
export type CodeStatus = 'full' | 'no resuscitation' | 'comfort';

/** Where care is given. */
export type Place = 'ed' | 'ward' | 'icu';

export type Outcome = 'died' | 'hospice' | 'facility' | 'home';

/** Whose stay it is, as far as it matters. */
export interface StayPatient {
  readonly ageYears: number;
  readonly sex: 'female' | 'male';
  /** Chronic burden by organ, in points: what a chronic disease adds all the time. */
  readonly chronic: OrganScores;
  /** What chronic diseases move signals by all the time: units of the signal, or of its logarithm. */
  readonly shifts?: Readonly<Record<string, number>>;
  /** The person's level of a vital sign or laboratory value, by the simulator's name. */
  level(sign: string): number;
}

/** A reading; hours since arrival. */
export interface Reading {
  readonly hour: number;
  readonly signal: string;
  readonly value: number;
}

/** Values of one order at one time, in the order of its signals; what was not charted is absent. */
export interface Round {
  readonly hour: number;
  readonly order: string;
  readonly readings: readonly Reading[];
}

/** What a report says of a study or procedure. */
export interface Detail {
  readonly code: Coding;
  readonly value:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'quantity'; readonly value: number; readonly unit: string; readonly decimals: number };
}

/** A treatment or support from when to when. */
export interface Treatment {
  readonly id: string;
  readonly kind: 'medication' | 'procedure' | 'imaging';
  readonly code: Coding;
  readonly imaging?: Imaging;
  readonly details?: readonly Detail[];
  readonly start: number;
  readonly end: number;
  readonly dose: { readonly value: number; readonly unit: string; readonly everyHours: number | null } | null;
  readonly route: 'oral' | 'nasogastric' | 'intravenous' | 'subcutaneous' | 'inhaled' | null;
}

/** What an imaging study shows, and how. */
export interface Imaging {
  readonly bodySite: Coding;
  readonly modality: Coding;
  readonly sopClass: Coding;
  readonly title: string;
}

export interface Complication {
  readonly hour: number;
  readonly code: Coding;
}

/** A stretch in one place. */
export interface Phase {
  readonly place: Place;
  readonly start: number;
  readonly end: number;
}

/** What only the simulator knows. */
export interface Hidden {
  readonly hour: number;
  readonly name: string;
  readonly value: number | string;
}

/** A whole stay, hour by hour; everything in order of time. */
export interface StayCourse {
  readonly hours: number;
  /** How long the illness had lasted at arrival; 0 for what was planned. */
  readonly onsetHours: number;
  readonly outcome: Outcome;
  readonly phases: readonly Phase[];
  readonly rounds: readonly Round[];
  readonly treatments: readonly Treatment[];
  readonly complications: readonly Complication[];
  readonly codeStatus: readonly { readonly hour: number; readonly status: CodeStatus }[];
  readonly hidden: readonly Hidden[];
}

/** What a level follows. */
export interface LevelRule {
  readonly id: string;
  readonly scale: 'linear' | 'log';
  readonly baseline:
    | { readonly sign: string; readonly shift: number }
    | { readonly value: number; readonly sd: number; readonly perDecadeAbove60?: number | undefined };
  readonly organs: OrganScores;
  readonly own: { readonly sd: number; readonly hours: number };
  readonly lag?: { readonly rise: number; readonly fall: number } | undefined;
}

interface Charted {
  readonly id: string;
  readonly code: Coding;
  readonly unit: string;
  readonly category: ObservationCategory;
  readonly decimals: number;
  readonly limits: readonly [number, number];
  readonly error: number;
}

/** A value for each whole number of another signal from `from` on; the first of them while the support `silenced` runs. */
export interface ValueTable {
  readonly of: string;
  readonly from: number;
  readonly values: readonly number[];
  readonly silenced?: string | undefined;
}

/** How a signal is measured: a level of its own, or something that follows from others. */
export type Signal = Charted &
  (
    | (LevelRule & {
        readonly volume?: true | undefined;
        /** At least so much below another signal that is measured with it. */
        readonly below?: { readonly of: string; readonly by: number } | undefined;
      })
    | {
        readonly scale: 'linear' | 'log';
        readonly derived: { readonly of: Readonly<Record<string, number>>; readonly shift: number };
      }
    | { readonly table: ValueTable }
  );
