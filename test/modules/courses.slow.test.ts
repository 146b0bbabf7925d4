import { expect, it } from 'vitest';
import { impossible } from '../stages/simulate/stay/impossible.js';
import { libraryCourses, stayOf } from './library-courses.js';

const admissions = 100_000;

it('100,000 admissions of all courses hold nothing impossible', { timeout: 3_000_000 }, () => {
  const wrong = new Map<string, number>();
  for (let i = 0; i < admissions; i++) {
    const { file, state, course } = libraryCourses[i % libraryCourses.length]!;
    const patient = {
      ageYears: 18 + ((i * 7) % 83),
      sex: i % 2 === 0 ? ('female' as const) : ('male' as const),
      chronic: { renal: (i % 5) * 0.3, cardiac: (i % 7) * 0.2, respiratory: (i % 3) * 0.4 },
    };
    for (const what of impossible(stayOf(course, patient, i), course)) {
      const key = `${file} ${state}: ${what}`;
      wrong.set(key, (wrong.get(key) ?? 0) + 1);
    }
  }
  expect([...wrong]).toEqual([]);
});
