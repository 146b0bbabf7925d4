import { z } from 'zod';
import { encounterClasses } from '../../../cohort/index.js';
import type { Coding, EncounterClass, Origin, Reason } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import type { Life, Root } from './life.js';

const minutes = readData(
  new URL('./encounter-lengths.json', import.meta.url),
  z.strictObject({
    unit: z.literal('minutes'),
    source: z.string(),
    least: z.record(z.enum(encounterClasses), z.number()),
  }),
).least;
const dayMs = 86_400_000;

/** The shortest visit of a kind, milliseconds. */
function leastLength(encounterClass: EncounterClass): number {
  return minutes[encounterClass] * 60_000;
}

export interface NewEncounter {
  readonly class: EncounterClass;
  readonly codes: readonly Coding[];
  readonly origin: Origin;
  readonly reason?: Reason | null;
}

/** Begins an encounter now. @returns its position. */
export function startEncounter(life: Life, start: NewEncounter): number {
  const { organization, practitioner } = life.being.choose(start.class, life.now);
  life.record.encounters.push({
    id: '',
    codes: start.codes,
    encounter: null,
    origin: start.origin,
    class: start.class,
    start: life.now,
    end: null,
    parent: null,
    reason: start.reason ?? null,
    admitSource: null,
    dischargeDisposition: null,
    organization,
    practitioner,
    coverage: null,
    cost: life.world.encounterCost(start.class),
  });
  life.lastUse.push(life.now);
  return life.record.encounters.length - 1;
}

/** Ends an encounter at a time, or after the least length of its kind. */
export function endEncounter(life: Life, index: number, time: number): void {
  const encounter = life.record.encounters[index]!;
  encounter.end ??= Math.max(time, encounter.start + leastLength(encounter.class));
}

/** Ends an encounter that its module has left without saying so: with the last thing that was recorded in it. */
export function closeLeft(life: Life, index: number): void {
  endEncounter(life, index, life.lastUse[index]!);
}

/**
 * The encounter in which something is recorded now: the module's own while it lasts (a wellness visit lasts for the day), else the
 * latest one of the person if that is still going on; null outside care.
 */
export function encounterNow(life: Life, root: Root): number | null {
  const { encounters } = life.record;
  const own = root.encounter >= 0 ? encounters[root.encounter]! : undefined;
  if (own !== undefined && isOpen(own, life.now)) return use(life, root.encounter);
  const last = encounters.length - 1;
  const latest = encounters[last];
  if (latest !== undefined && isOpen(latest, life.now) && life.now - life.lastUse[last]! < dayMs)
    return use(life, last);
  return null;
}

function isOpen(
  encounter: { readonly class: EncounterClass; readonly start: number; readonly end: number | null },
  now: number,
): boolean {
  if (encounter.end !== null) return now <= encounter.end;
  return encounter.class !== 'wellness' || now - encounter.start < dayMs;
}

function use(life: Life, index: number): number {
  life.lastUse[index] = life.now;
  return index;
}
