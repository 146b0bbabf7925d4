import type { Coverage, Encounter, PatientRecord, Reason } from '../../../cohort/index.js';

/**
 * The last years of a record: what happened since `from`, what was still going on then (conditions, drugs, devices, care plans, allergies), and
 * the encounters that these were recorded in, so that no reference is lost. Ids do not change.
 */
export function windowRecord(record: PatientRecord, from: number): PatientRecord {
  if (from <= record.person.birthTime) return record;
  const goesOn = (end: number | null): boolean => end === null || end >= from;
  const kept = {
    conditions: positions(record.conditions, (c) => goesOn(c.abatement)),
    allergies: positions(record.allergies, (a) => goesOn(a.end)),
    medications: positions(record.medications, (m) => goesOn(m.end)),
    devices: positions(record.devices, (d) => goesOn(d.end)),
    carePlans: positions(record.carePlans, (c) => goesOn(c.end)),
    observations: positions(record.observations, (o) => o.time >= from),
    reports: positions(record.reports, (r) => r.time >= from),
    procedures: positions(record.procedures, (p) => p.start >= from),
    immunizations: positions(record.immunizations, (i) => i.time >= from),
    imaging: positions(record.imaging, (i) => i.time >= from),
    supplies: positions(record.supplies, (s) => s.time >= from),
    notes: positions(record.notes, (n) => n.time >= from),
  };
  const used = new Set<number>();
  for (const [name, list] of Object.entries(kept))
    for (const i of list) {
      const encounter = encounterOf(record, name, i);
      if (encounter !== null) used.add(encounter);
    }
  const encounters = positions(record.encounters, (e, i) => goesOn(e.end) || used.has(i));
  const paidBy = new Set(encounters.map((i) => record.encounters[i]!.coverage));
  const coverages = positions(record.coverages, (c, i) => goesOn(c.end) || paidBy.has(i));
  const move = {
    encounters: moves(encounters, record.encounters.length),
    conditions: moves(kept.conditions, record.conditions.length),
    observations: moves(kept.observations, record.observations.length),
    coverages: moves(coverages, record.coverages.length),
  };
  const reason = (r: Reason | null): Reason | null =>
    r === null ? null : { ...r, condition: moved(move.conditions, r.condition) };
  const place = <T extends { readonly encounter: number | null }>(
    list: readonly T[],
    which: readonly number[],
  ): T[] => which.map((i) => ({ ...list[i]!, encounter: moved(move.encounters, list[i]!.encounter) }));
  /** {@link place} with the reason moved too. */
  const placeWithReason = <T extends { readonly encounter: number | null; readonly reason: Reason | null }>(
    list: readonly T[],
    which: readonly number[],
  ): T[] =>
    which.map((i) => {
      const entry = list[i]!;
      return { ...entry, encounter: moved(move.encounters, entry.encounter), reason: reason(entry.reason) };
    });
  return {
    ...record,
    encounters: encounters.map((i): Encounter => {
      const e = record.encounters[i]!;
      return {
        ...e,
        parent: moved(move.encounters, e.parent),
        coverage: moved(move.coverages, e.coverage),
        reason: reason(e.reason),
      };
    }),
    conditions: place(record.conditions, kept.conditions),
    allergies: place(record.allergies, kept.allergies),
    observations: place(record.observations, kept.observations),
    reports: place(record.reports, kept.reports).map((r) => ({
      ...r,
      observations: r.observations.map((o) => moved(move.observations, o)).filter((o) => o !== null),
    })),
    procedures: placeWithReason(record.procedures, kept.procedures),
    medications: placeWithReason(record.medications, kept.medications),
    immunizations: place(record.immunizations, kept.immunizations),
    imaging: place(record.imaging, kept.imaging),
    devices: place(record.devices, kept.devices),
    supplies: place(record.supplies, kept.supplies),
    carePlans: placeWithReason(record.carePlans, kept.carePlans).map((c) => ({
      ...c,
      goals: c.goals.map((g) => ({
        ...g,
        addresses: g.addresses.map((a) => moved(move.conditions, a)).filter((a) => a !== null),
      })),
    })),
    notes: place(record.notes, kept.notes),
    coverages: coverages.map((i): Coverage => record.coverages[i]!),
    truth: record.truth.filter((t) => t.time >= from),
  };
}

function positions<T>(list: readonly T[], keep: (item: T, i: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < list.length; i++) if (keep(list[i]!, i)) found.push(i);
  return found;
}

/** The new position by the old one; −1: left out. */
function moves(kept: readonly number[], length: number): Int32Array {
  const to = new Int32Array(length).fill(-1);
  for (let i = 0; i < kept.length; i++) to[kept[i]!] = i;
  return to;
}

function moved(to: Int32Array, index: number | null): number | null {
  const position = index === null ? undefined : to[index];
  return position === undefined || position < 0 ? null : position;
}

type Placed = Exclude<
  keyof PatientRecord,
  'index' | 'person' | 'endTime' | 'coverages' | 'truth' | 'encounters'
>;

function encounterOf(record: PatientRecord, name: string, i: number): number | null {
  return isPlaced(name) ? (record[name][i]?.encounter ?? null) : null;
}

function isPlaced(name: string): name is Placed {
  return name !== 'encounters';
}
