import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import {
  compileLibrary,
  compileOnly,
  compilePrograms,
  Simulator,
  weekMs,
} from '../../../../src/stages/simulate/index.js';
import { emptyTally, patientAt } from '../../../../src/stages/simulate/run/lives.js';
import { birth, smallWorld } from '../../../support/small-world.js';

const library = compileLibrary(
  new Map([
    [
      'a.json',
      JSON.stringify({
        name: 'a',
        states: { Initial: { type: 'Initial', direct_transition: 'E' }, E: { type: 'Terminal' } },
      }),
    ],
  ]),
);
const yearMs = 365 * 86_400_000;
const cause = { system: 'SNOMED', code: '410429000', display: 'Cardiac arrest (disorder)' } as const;
const seed = Rng.create('lives');

/** A simulator whose people die at one year of age as long as `dies` says so of their group and the number of the life. */
function simulatorOf(dies: (group: number, life: number) => boolean, seen: number[]): Simulator {
  const own = seed.split('patient', 0);
  const groups = Array.from({ length: 10 }, (_, i) => own.split('group', i).key);
  const world = smallWorld();
  const mortal = {
    ...world,
    being: (index: number, rng: Rng, group?: Rng) => {
      const at = groups.indexOf(group?.key ?? '');
      seen.push(at);
      const death = dies(at, seen.length - 1) ? { time: birth + yearMs, cause } : null;
      return {
        ...world.being(index, rng),
        race: at % 2 === 0 ? ('white' as const) : ('black' as const),
        death,
      };
    },
  };
  const programs = compilePrograms(library, mortal, { physiology: false, only: null, derived: [] });
  return new Simulator(programs, mortal, { endTime: birth + 10 * yearMs, stepMs: weekMs });
}

describe('the lives tried for one patient', () => {
  it('stay in one group while people die, and leave it when nobody lives', () => {
    const seen: number[] = [];
    const tally = emptyTally(0);
    const wanted = { alive: true, only: null, mostTries: 100 };
    expect(
      patientAt(
        0,
        seed,
        simulatorOf((group) => group === 0, seen),
        { wanted, tally },
      ),
    ).not.toBeNull();
    expect(tally).toMatchObject({ tried: 301, dead: 300, unfit: 0 });
    expect(seen.slice(0, 300).every((group) => group === 0)).toBe(true);
    expect(seen.slice(300)).toEqual([1]);
  });

  it('keep the group of who died just before', () => {
    const seen: number[] = [];
    const tally = emptyTally(0);
    const wanted = { alive: true, only: null, mostTries: 100 };
    patientAt(
      0,
      seed,
      simulatorOf((_group, life) => life < 7, seen),
      { wanted, tally },
    );
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('go on to another group where the person is not wanted, without living', () => {
    const seen: number[] = [];
    const tally = emptyTally(1);
    const only = compileOnly('race = black', library);
    const wanted = { alive: true, only, mostTries: 100 };
    patientAt(
      0,
      seed,
      simulatorOf(() => false, seen),
      { wanted, tally },
    );
    expect(seen).toEqual([0, 1]);
    expect(tally).toMatchObject({ tried: 2, unfit: 1, dead: 0, met: [1] });
  });

  it('end without a patient after as many as may be tried', () => {
    const tally = emptyTally(0);
    const wanted = { alive: true, only: null, mostTries: 20 };
    expect(
      patientAt(
        0,
        seed,
        simulatorOf(() => true, []),
        { wanted, tally },
      ),
    ).toBeNull();
    expect(tally.tried).toBe(400);
  });
});
