import { z } from 'zod';
import type { Coding, EncounterClass } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import { startEncounter } from './encounters.js';
import { slots } from './life.js';
import type { Life } from './life.js';

const code = z.strictObject({ code: z.string(), display: z.string() });
const facts = readData(
  new URL('./care.json', import.meta.url),
  z.strictObject({
    visits: z.strictObject({
      source: z.string(),
      child: code,
      adult: code,
      checkup: code,
      urgentcare: code,
      emergency: code,
    }),
    symptoms: z.strictObject({
      unit: z.string(),
      source: z.string(),
      practice: z.number(),
      urgentcare: z.number(),
      emergency: z.number(),
    }),
  }),
);
const module = 'encounter';

function snomed({ code: value, display }: z.infer<typeof code>): Coding {
  return { system: 'SNOMED', code: value, display };
}

/** The scheduled visit: modules that wait for one go on in it, and the vaccines that are due are given. */
export function wellnessVisit(life: Life): void {
  const kind = life.ages.yearsAt(life.now) < 18 ? 'child' : 'adult';
  const encounter = startEncounter(life, {
    class: 'wellness',
    codes: [snomed(facts.visits[kind])],
    origin: { module, state: 'Wellness' },
  });
  life.wellness = { time: life.now, encounter, renewed: false };
  immunize(life, encounter);
  const next = life.rng.split('wellness', ++life.wellnessVisits);
  life.queue.set(slots.wellness, life.being.nextWellness(life.now, next));
}

/**
 * Complaints drive people to care when the sum of their levels passes a threshold, and again only when the sum has changed; the worst
 * complaint is then dealt with. A visit to a practice is one at which wellness states go on, as in Synthea.
 * @returns whether there was such a visit.
 */
export function seeDoctor(life: Life): boolean {
  const { total } = life.symptoms;
  const { practice, urgentcare, emergency } = facts.symptoms;
  if (total <= practice || total === life.lastComplaint) return false;
  life.lastComplaint = total;
  life.symptoms.addressWorst();
  const where: { class: EncounterClass; visit: keyof Omit<typeof facts.visits, 'source'> } =
    total > emergency
      ? { class: 'emergency', visit: 'emergency' }
      : total > urgentcare
        ? { class: 'urgentcare', visit: 'urgentcare' }
        : { class: 'outpatient', visit: 'checkup' };
  const encounter = startEncounter(life, {
    class: where.class,
    codes: [snomed(facts.visits[where.visit])],
    origin: { module, state: 'Symptoms' },
  });
  immunize(life, encounter);
  if (where.visit === 'checkup') life.wellness = { time: life.now, encounter, renewed: false };
  return where.visit === 'checkup';
}

function immunize(life: Life, encounter: number): void {
  for (const { code: vaccine, dose, cost } of life.being.immunizations(life.now))
    life.record.immunizations.push({
      id: '',
      codes: [vaccine],
      encounter,
      origin: { module: 'immunizations', state: vaccine.code },
      time: life.now,
      dose,
      cost,
    });
}
