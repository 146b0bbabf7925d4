import type { Coding, PatientRecord } from '../cohort/index.js';
import { systemCode } from './codes.js';

/** Every coding that the entries of a record carry or give as a reason or a value, once each, in the order of the record. */
export function recordCodes(record: PatientRecord): readonly Coding[] {
  const found = new Map<string, Coding>();
  const seen = new Set<Coding>();
  const add = (coding: Coding | null | undefined): void => {
    if (coding === null || coding === undefined || seen.has(coding)) return;
    seen.add(coding);
    const key = systemCode(coding);
    if (!found.has(key)) found.set(key, coding);
  };
  const entries = [
    record.encounters,
    record.conditions,
    record.allergies,
    record.observations,
    record.reports,
    record.procedures,
    record.medications,
    record.immunizations,
    record.imaging,
    record.devices,
    record.supplies,
    record.carePlans,
  ];
  for (const list of entries) for (const { codes } of list) for (const coding of codes) add(coding);
  for (const { reason } of record.encounters) add(reason?.code);
  for (const { value, components } of record.observations) {
    if (value?.kind === 'coding') add(value.coding);
    for (const part of components) {
      for (const coding of part.codes) add(coding);
      if (part.value.kind === 'coding') add(part.value.coding);
    }
  }
  for (const { reactions } of record.allergies) for (const r of reactions) add(r.manifestation);
  return [...found.values()];
}
