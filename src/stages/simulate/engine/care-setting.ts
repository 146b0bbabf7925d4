import { z } from 'zod';
import type { Rng } from '../../../core/index.js';
import { readData } from '../data-file.js';

const sourced = { source: z.string() };
const shares = z.strictObject({ ambulatory: z.number(), emergency: z.number(), telemedicine: z.number() });
const facts = readData(
  new URL('./care-setting.json', import.meta.url),
  z.strictObject({
    telemedicineFrom: z.strictObject({ year: z.number(), ...sourced }),
    urgentNeed: z.strictObject({ unit: z.string(), before: shares, after: shares, ...sourced }),
    possibleByVideo: z.strictObject({ unit: z.string(), share: z.number(), ...sourced }),
  }),
);
const from = Date.UTC(facts.telemedicineFrom.year, 0);

export type CareSetting = 'ambulatory' | 'emergency' | 'telemedicine';

/** Where somebody with an acute complaint goes (`type_of_care_transition`). */
export function careSetting(rng: Rng, time: number): CareSetting {
  const { emergency, telemedicine } = time < from ? facts.urgentNeed.before : facts.urgentNeed.after;
  const u = rng.next();
  return u < emergency ? 'emergency' : u < emergency + telemedicine ? 'telemedicine' : 'ambulatory';
}

/** Whether a visit that can be made by video is (`telemedicine_possibility: possible`). */
export function byVideo(rng: Rng, time: number): boolean {
  return time >= from && rng.next() < facts.possibleByVideo.share;
}
