import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Rng } from '../../src/core/index.js';
import { courseSchema, simulateStay } from '../../src/stages/simulate/stay/index.js';
import type { Course, StayCourse, StayPatient } from '../../src/stages/simulate/stay/index.js';
import { modulesFolder } from './simulate-library.js';
import { parseModule } from './numbers.js';

/** Every course of a stay in the built-in modules. */
export const libraryCourses: readonly {
  readonly file: string;
  readonly state: string;
  readonly course: Course;
}[] = readdirSync(modulesFolder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort()
  .flatMap((file) =>
    Object.entries(parseModule(readFileSync(path.join(modulesFolder, file), 'utf8')).states).flatMap(
      ([state, definition]) =>
        definition.type === 'anamnesis:HospitalStay'
          ? [{ file, state, course: courseSchema.parse(definition['course']) }]
          : [],
    ),
  );

const levels: Readonly<Record<string, number>> = {
  'Heart Rate': 74,
  'Systolic Blood Pressure': 131,
  'Diastolic Blood Pressure': 77,
  Hemoglobin: 13.6,
  Weight: 78,
  Height: 168,
};

/** One stay of a course. */
export function stayOf(course: Course, patient: Omit<StayPatient, 'level'>, seed: number): StayCourse {
  const request = { ...patient, level: (sign: string) => levels[sign] ?? 0 };
  return simulateStay(
    { course, patient: request, arrivalHour: seed % 24 },
    Rng.create('courses').split('patient', seed),
  );
}
