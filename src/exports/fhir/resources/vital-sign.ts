import { analytes, unitConversions } from '../../../cohort/index.js';
import type { Coding, Observation, ObservationPart, ObservationValue } from '../../../cohort/index.js';

/** Units of vital signs that US Core 6.1 allows, by LOINC code (its patterns and required value sets). */
const allowed: ReadonlyMap<string, readonly string[]> = new Map([
  ['8480-6', ['mm[Hg]']],
  ['8462-4', ['mm[Hg]']],
  ['39156-5', ['kg/m2']],
  ['8302-2', ['cm', '[in_i]']],
  ['9843-4', ['cm', '[in_i]']],
  ['29463-7', ['kg', 'g', '[lb_av]']],
  ['8310-5', ['Cel', '[degF]']],
  ['8867-4', ['/min']],
  ['9279-1', ['/min']],
  ['59408-5', ['%']],
  ['2708-6', ['%']],
]);

/** Ways to the vocabulary's unit of each of these codes, by the spelling of the unit in lower case. */
const ways = new Map(
  analytes
    .filter(({ loinc }) => allowed.has(loinc))
    .map((analyte) => {
      const to = new Map(unitConversions(analyte).map(({ sourceUnit, ...linear }) => [sourceUnit, linear]));
      return [analyte.loinc, { unit: analyte.unit, to }] as const;
    }),
);

/** A vital sign's value in a unit that US Core allows: a module may say mmHg, bpm or lb. What has no known way stays as it is. */
export function vitalValue(codes: readonly Coding[], value: ObservationValue): ObservationValue {
  if (value.kind !== 'quantity') return value;
  const code = codes.find((c) => c.system === 'LOINC' && allowed.has(c.code))?.code;
  if (code === undefined || allowed.get(code)!.includes(value.unit)) return value;
  const known = ways.get(code);
  const way = known?.to.get(value.unit.toLowerCase());
  if (known === undefined || way === undefined) return value;
  return { ...value, value: value.value * way.factor + way.shift, unit: known.unit };
}

const systolic = { system: 'LOINC', code: '8480-6', display: 'Systolic blood pressure' } as const;
const diastolic = { system: 'LOINC', code: '8462-4', display: 'Diastolic blood pressure' } as const;
const panel = {
  system: 'LOINC',
  code: '85354-9',
  display: 'Blood pressure panel with all children optional',
} as const;

/**
 * FHIR knows a blood pressure only as a panel of both: a pressure that a module recorded alone becomes the panel with this one component, and the
 * one that was not taken is present as unknown.
 */
export function pressurePanel(o: Observation): Observation {
  const alone =
    o.value !== null && o.codes.some((c) => c.code === systolic.code || c.code === diastolic.code);
  const parts: readonly ObservationPart[] = alone
    ? [...o.components, { codes: o.codes, value: o.value }]
    : o.components;
  const missing = [systolic, diastolic].filter(
    (want) => !parts.some((p) => p.codes.some((c) => c.code === want.code)),
  );
  if (!alone && missing.length === 0) return o;
  return {
    ...o,
    codes: alone ? [panel] : o.codes,
    value: alone ? null : o.value,
    components: [
      ...parts,
      ...missing.map((c) => ({ codes: [c], value: { kind: 'absent', reason: 'unknown' } as const })),
    ],
  };
}
