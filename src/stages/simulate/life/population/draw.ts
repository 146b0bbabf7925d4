import type { Race } from '../../../../cohort/index.js';
import { races } from '../../../../cohort/index.js';
import type { Rng } from '../../../../core/index.js';
import { birthday, dayMs } from '../time.js';
import { educations } from '../types.js';
import type { PersonDraft } from '../types.js';
import { demography, names, places, rowFor } from './data.js';
import type { City, StatePlace } from './data.js';
import type { CompiledPopulation } from './options.js';
import { drawSocioeconomic } from './socioeconomic.js';
import { drawTraits } from './traits.js';

/**
 * Draws one person of a population: who they are and what they bring to life, before anything has happened.
 * @param rng a stream of the person's own; it is used up in a fixed order.
 * @param group stream of what the population is described by: age, sex, race, ethnicity, payer and place. People drawn with the same one
 * are alike in these and differ in all else.
 */
export function drawPerson(
  population: CompiledPopulation,
  rng: Rng,
  index: number,
  group: Rng = rng,
): PersonDraft {
  const cell = population.cells[group.weightedIndex(population.cellWeights)]!;
  const state = places[population.states[group.weightedIndex(population.stateWeights)]!]!;
  const city = state.cities[population.city ?? group.weightedIndex(state.cities.map((c) => c.thousands))]!;
  const sex = cell.sex ?? (group.next() < 0.5 ? 'female' : 'male');
  const birthTime = drawBirth(population.endTime, cell.age, group);
  const ethnicity = cell.ethnicity ?? drawEthnicity(population, state, cell.race, group);
  const race = cell.race ?? drawRace(population, state, ethnicity, group);
  const socioeconomic = drawSocioeconomic(rng, { ethnicity, race });
  const nameGroup = ethnicity === 'hispanic' ? 'hispanic' : race === 'asian' ? 'asian' : 'general';
  const given = drawGiven(nameGroup, sex, rng);
  return {
    index,
    birthTime,
    sex,
    race,
    ethnicity,
    language: drawLanguage(ethnicity, race, rng),
    given,
    family: pick(names.family[nameGroup], rng),
    marriedName: pick(names.family[nameGroup], rng),
    birthplace: drawBirthplace(state, city, rng),
    phone: `+1-${200 + rng.int(700)}-555-${String(rng.int(10_000)).padStart(4, '0')}`,
    address: {
      line: `${1 + rng.int(1200)} ${pick(names.streets, rng)} ${pick(names.streetKinds, rng)}`,
      city: city.name,
      state: state.code,
      postalCode: city.postalCode,
      country: 'US',
      latitude: around(city.latitude, rng),
      longitude: around(city.longitude, rng),
    },
    ...socioeconomic,
    payer: cell.payer,
    traits: drawTraits(rng, { race, ethnicity, socioeconomicScore: socioeconomic.socioeconomicScore }),
  };
}

/** A time of birth that gives an age inside the cell at the end, uniform over its days and minutes. */
function drawBirth(endTime: number, [from, to]: readonly [number, number], rng: Rng): number {
  const latest = birthday(endTime, -from);
  const earliest = birthday(endTime, -to);
  const at = latest - 60_000 - Math.floor(rng.next() * (latest - earliest - dayMs));
  return Math.floor(at / 60_000) * 60_000;
}

function drawEthnicity(
  population: CompiledPopulation,
  state: StatePlace,
  race: Race | null,
  rng: Rng,
): PersonDraft['ethnicity'] {
  const base = population.hispanic ?? state.hispanic / 100;
  const given = demography.hispanicRace.shares;
  // where the race is known, by Bayes' rule over the state's races
  const hispanic = base * (race === null ? 1 : given[race]);
  const other = (1 - base) * (race === null ? 1 : nonHispanicShare(state, race));
  return rng.next() * (hispanic + other) < hispanic ? 'hispanic' : 'nonhispanic';
}

function nonHispanicShare(state: StatePlace, race: Race): number {
  const total = races.reduce((sum, r) => sum + state.nonHispanic[r], 0);
  return state.nonHispanic[race] / total;
}

function drawRace(
  population: CompiledPopulation,
  state: StatePlace,
  ethnicity: PersonDraft['ethnicity'],
  rng: Rng,
): Race {
  const shares =
    population.races ?? (ethnicity === 'hispanic' ? demography.hispanicRace.shares : state.nonHispanic);
  return races[rng.weightedIndex(races.map((race) => shares[race]))]!;
}

function drawLanguage(ethnicity: PersonDraft['ethnicity'], race: Race, rng: Rng): string {
  const shares = Object.entries(rowFor(demography.languages.rows, { ethnicity, race }).shares);
  return shares[rng.weightedIndex(shares.map(([, share]) => share))]![0];
}

function drawGiven(group: keyof typeof names.given, sex: PersonDraft['sex'], rng: Rng): string[] {
  const list = names.given[group === 'general' || rng.next() < 0.7 ? group : 'general'][sex];
  const first = pick(list, rng);
  const middle = pick(list, rng);
  return middle === first ? [first] : [first, middle];
}

function drawBirthplace(state: StatePlace, home: City, rng: Rng): string {
  const { sameCity, sameState } = demography.birthplace;
  const u = rng.next();
  const from = u < sameState ? state : places[rng.weightedIndex(places.map((s) => s.thousands))]!;
  const city = u < sameCity ? home : from.cities[rng.weightedIndex(from.cities.map((c) => c.thousands))]!;
  return `${city.name}, ${from.code}`;
}

/** A coordinate within about ten kilometres, to four decimals. */
function around(degrees: number, rng: Rng): number {
  return Math.round((degrees + (rng.next() - 0.5) * 0.16) * 1e4) / 1e4;
}

function pick(list: readonly string[], rng: Rng): string {
  return list[rng.int(list.length)]!;
}

/** Years of schooling that an education stands for, lowest first: its rank in data tables. */
export function educationRank(education: PersonDraft['education']): number {
  return educations.indexOf(education);
}
