import type { Coding, PatientRecord } from '../cohort/index.js';
import { systemCode } from './codes.js';

/** Every coding that the entries of a record carry or give as a reason or a value, once each, in the order of the record. */
export function recordCodes(record: PatientRecord): readonly Coding[] {
  const found = new Map<string, Coding>();
  const add = (coding: Coding | null | undefined): void => {
    if (coding === null || coding === undefined) return;
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
  for (const list of entries) for (const { codes } of list) codes.forEach(add);
  for (const { reason } of record.encounters) add(reason?.code);
  for (const { value, components } of record.observations) {
    if (value?.kind === 'coding') add(value.coding);
    for (const part of components) {
      part.codes.forEach(add);
      if (part.value.kind === 'coding') add(part.value.coding);
    }
  }
  for (const { reactions } of record.allergies) for (const r of reactions) add(r.manifestation);
  return [...found.values()];
}
