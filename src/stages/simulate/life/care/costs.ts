import type { Coding, EncounterClass } from '../../../../cohort/index.js';
import { care } from './data.js';

const { costs } = care;

/** US dollars for a visit of a class (a day's care where the patient stays). */
export function encounterCost(encounterClass: EncounterClass): number {
  return costs.encounters[encounterClass];
}

/** US dollars for a procedure by its SNOMED CT code. */
export function procedureCost(code: Coding): number {
  return costs.procedures[code.code] ?? costs.procedure;
}

const drugClasses = Object.entries(costs.medications);
/** US dollars a dispense, by what the drug's name says of its class. */
export function medicationCost(code: Coding): number {
  const name = code.display.toLowerCase();
  return drugClasses.find(([word]) => name.includes(word))?.[1] ?? costs.medication;
}

/** US dollars for a laboratory report, a device or a supply. */
export function itemCost(item: 'report' | 'device' | 'supply'): number {
  return costs[item];
}
