import type { Coding, Observation, PatientRecord } from '../../../cohort/index.js';

/** What is known of somebody before anything is lived. */
export type KnownPerson = Pick<PatientRecord['person'], 'birthTime' | 'sex' | 'race' | 'ethnicity'>;

interface Coded {
  readonly codes: readonly Pick<Coding, 'code'>[];
}

/** What an expression looks at: a record, or a life that has been lived and is not yet one. */
export interface LifeView extends Readonly<
  Record<'conditions' | 'medications' | 'procedures' | 'allergies', readonly Coded[]>
> {
  readonly person: KnownPerson & Pick<PatientRecord['person'], 'deathTime'>;
  readonly endTime: number;
  readonly observations: readonly Pick<Observation, 'codes' | 'value' | 'components'>[];
}

/** One condition on a record that is no combination of others. */
export interface Atom {
  readonly text: string;
  readonly test: (record: LifeView) => boolean;
  /**
   * What is known before the life is lived; null: not yet.
   * @param endTime end of the record, where that is known: the person lives till then
   */
  readonly early: (person: KnownPerson, endTime: number | null) => boolean | null;
}

/** A part of the expression: the answer for a record, and the answer that is already certain (Kleene's three values). */
export type Judge = Pick<Atom, 'test' | 'early'>;

export function all(parts: readonly Judge[]): Judge {
  return {
    test: (record) => parts.every((part) => part.test(record)),
    early: (person, endTime) => {
      let certain = true;
      for (const part of parts) {
        const answer = part.early(person, endTime);
        if (answer === false) return false;
        if (answer === null) certain = false;
      }
      return certain ? true : null;
    },
  };
}

export function not({ test, early }: Judge): Judge {
  return {
    test: (record) => !test(record),
    early: (person, endTime) => {
      const answer = early(person, endTime);
      return answer === null ? null : !answer;
    },
  };
}

/** What the person alone decides, whatever the life brings. */
export function ofPerson(test: (person: KnownPerson) => boolean): Judge {
  return { test: (record) => test(record.person), early: test };
}

/** What only the life decides. */
export function ofLife(test: Judge['test']): Judge {
  return { test, early: () => null };
}

export const aliveJudge: Judge = {
  test: (record) => record.person.deathTime === null,
  early: (_person, endTime) => (endTime === null ? null : true),
};
