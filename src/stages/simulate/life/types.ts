import type { Address, Race } from '../../../cohort/index.js';
import type { NoiseKey } from './noise.js';

/** What a module can keep about a person. */
export type AttributeValue = string | number | boolean;

/** A person's attributes as they are now: a Map, or anything that answers the same question. */
export interface Attributes {
  get(name: string): unknown;
}

/** An attribute that takes a value at a time of life. */
export interface AttributeChange {
  readonly time: number;
  readonly name: string;
  readonly value: AttributeValue;
}

/** The latent traits that have a place in data/traits.json, each standard normal in the population. */
export const traitNames = [
  'height',
  'childBmi',
  'adultBmi',
  'head',
  'bloodPressure',
  'heartRate',
  'lung',
  'cholesterol',
  'hdl',
  'triglycerides',
  'glycemia',
  'kidney',
  'kidneyLeak',
  'urea',
  'heart',
  'hemoglobin',
  'smoking',
  'alcohol',
  'adherence',
  'careSeeking',
] as const;
export type TraitName = (typeof traitNames)[number];

/** What a person brings to life. */
export interface Traits {
  /** Key of everything in the body that changes from day to day. */
  readonly noise: NoiseKey;
  /** Standard scores. */
  readonly z: Readonly<Record<TraitName, number>>;
}

export const educations = ['less_than_hs', 'hs_degree', 'some_college', 'bs_degree'] as const;
export type Education = (typeof educations)[number];

/** Who pays, in four groups. Children and adults under 65; after it Medicare. */
export const payerGroups = ['private', 'medicaid', 'medicare', 'uninsured'] as const;
export type PayerGroup = (typeof payerGroups)[number];

/** A person as drawn, before anything has happened to them. */
export interface PersonDraft {
  readonly index: number;
  /** Milliseconds UTC. */
  readonly birthTime: number;
  readonly sex: 'female' | 'male';
  readonly race: Race;
  readonly ethnicity: 'hispanic' | 'nonhispanic';
  /** BCP 47. */
  readonly language: string;
  readonly given: readonly string[];
  readonly family: string;
  /** Family name that a woman takes if she marries; the other name becomes her maiden name. */
  readonly marriedName: string;
  readonly birthplace: string;
  readonly phone: string;
  readonly address: Address;
  readonly education: Education;
  /** Household, US dollars a year in adult life (of the parents for a child). */
  readonly incomeUsd: number;
  /** Income over the federal poverty line of the household. */
  readonly povertyRatio: number;
  /** 0 … 1. */
  readonly socioeconomicScore: number;
  readonly socioeconomicCategory: 'Low' | 'Middle' | 'High';
  /** Payer group under 65 where the population asked for one (`like` a cohort), else null: drawn from income. */
  readonly payer: PayerGroup | null;
  readonly traits: Traits;
}
