import type { Coding, Dosage, Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { unitMs } from '../../module/parts.js';
import type { TimeUnit } from '../../module/parts.js';
import type { Refills } from '../../record/draft.js';
import { codingsOf } from '../codes.js';
import { encounterNow } from '../encounters.js';
import { parts } from '../life.js';
import { outcome } from '../program.js';
import { routes } from '../routes.js';
import type { CompileContext } from '../program.js';
import { EntryRef } from '../values.js';
import type { Run } from './control.js';
import { assigned } from './onset.js';
import { compileReason } from './reason.js';

/** UCUM units of time. */
const ucum: Readonly<Record<TimeUnit, string>> = {
  years: 'a',
  months: 'mo',
  weeks: 'wk',
  days: 'd',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  milliseconds: 'ms',
};

export function compileMedicationOrder(
  state: StateOf<'MedicationOrder'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf(state.codes);
  const primary = codes[0]!;
  const attribute = assigned(state.assign_to_attribute, context);
  const reason = compileReason(state.reason, context);
  const chronic = state.chronic === true;
  const dosage = dosageOf(state);
  const supply = supplyOf(state);
  const cost = context.world.medicationCost(primary);
  return (life, root) => {
    let index = life.present.medications.get(primary.code);
    if (index === undefined) {
      life.record.medications.push({
        id: '',
        codes,
        encounter: encounterNow(life, root),
        origin,
        start: life.now,
        end: null,
        endReason: null,
        chronic,
        administered: state.administration === true,
        reason: reason(life, root),
        dosage,
        dispenses: 1,
        cost,
        supply,
      });
      index = life.record.medications.length - 1;
      life.owners.medications.push(root.program.index);
      life.present.medications.set(primary.code, index);
      if (chronic) life.chronic.set(primary.code, index);
      life.touch(parts.medications);
    }
    if (attribute >= 0) life.set(attribute, new EntryRef('medication', codes, index));
    return outcome.go;
  };
}

function dosageOf(state: StateOf<'MedicationOrder'>): Dosage | null {
  const { prescription } = state;
  if (prescription === undefined) return null;
  const { dosage } = prescription;
  return {
    asNeeded: prescription.as_needed === true,
    dose: dosage === undefined ? null : { value: dosage.amount, unit: doseUnit(state.codes[0]!.display) },
    timing:
      dosage === undefined
        ? null
        : { frequency: dosage.frequency, period: dosage.period, periodUnit: ucum[dosage.unit] },
    route: routeOf(state.codes[0]!.display),
    instructions: codingsOf(prescription.instructions),
  };
}

/** Forms that an RxNorm name ends in, and how one dose of it is counted. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/tablet/iu, '{tbl}'],
  [/capsule/iu, '{capsule}'],
  [/inhal|actuat/iu, '{actuat}'],
  [/patch|transdermal system/iu, '{patch}'],
  [/suppository/iu, '{suppository}'],
];

function doseUnit(display: string): string {
  return forms.find(([form]) => form.test(display))?.[1] ?? '{dose}';
}

/** The route that a drug's name tells; null where it tells none. */
function routeOf(display: string): Coding | null {
  if (/\boral\b/iu.test(display)) return routes.oral;
  if (/inhal/iu.test(display)) return routes.inhaled;
  return /patch|transdermal/iu.test(display) ? routes.transdermal : null;
}

const monthMs = unitMs.months;

function supplyOf(state: StateOf<'MedicationOrder'>): Refills | null {
  const { prescription } = state;
  if (prescription?.refills === undefined) return null;
  const { duration } = prescription;
  const dispenseMs = duration === undefined ? monthMs : duration.quantity * unitMs[duration.unit];
  return { refills: prescription.refills, dispenseMs: Math.max(dispenseMs, unitMs.days) };
}

export function compileCarePlanStart(
  state: StateOf<'CarePlanStart'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf(state.codes);
  const primary = codes[0]!;
  const attribute = assigned(state.assign_to_attribute, context);
  const reason = compileReason(state.reason, context);
  const activities = codingsOf(state.activities);
  const goals = (state.goals ?? []).map((goal) => ({
    text: goal.text ?? goal.observation?.codes[0]!.display ?? '',
    measure: measureOf(goal),
    addresses: (goal.addresses ?? []).map((name) => compileReason(name, context)),
  }));
  return (life, root) => {
    let index = life.present.carePlans.get(primary.code);
    if (index === undefined) {
      life.record.carePlans.push({
        id: '',
        codes,
        encounter: encounterNow(life, root),
        origin,
        start: life.now,
        end: null,
        reason: reason(life, root),
        activities,
        goals: goals.map(({ text, measure, addresses }) => ({
          id: '',
          text,
          measure,
          addresses: addresses.map((find) => find(life, root)?.condition ?? null).filter((c) => c !== null),
        })),
      });
      index = life.record.carePlans.length - 1;
      life.owners.carePlans.push(root.program.index);
      life.present.carePlans.set(primary.code, index);
      life.touch(parts.carePlans);
    }
    if (attribute >= 0) life.set(attribute, new EntryRef('careplan', codes, index));
    return outcome.go;
  };
}

const comparators = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '==': '=', '=': '=' } as const;

function measureOf(goal: NonNullable<StateOf<'CarePlanStart'>['goals']>[number]) {
  const { observation } = goal;
  const comparator = Object.entries(comparators).find(([name]) => name === observation?.operator)?.[1];
  if (observation === undefined || comparator === undefined) return null;
  const code = codingsOf(observation.codes)[0];
  const value = Number(observation.value);
  return code === undefined || Number.isNaN(value) ? null : { code, comparator, value, unit: null };
}

export function compileDevice(state: StateOf<'Device'>, origin: Origin, context: CompileContext): Run {
  const codes = codingsOf([state.code]);
  const attribute = assigned(state.assign_to_attribute, context);
  return (life, root) => {
    life.record.devices.push({
      id: '',
      codes,
      encounter: encounterNow(life, root),
      origin,
      start: life.now,
      end: null,
      manufacturer: state.manufacturer ?? null,
      model: state.model ?? null,
      udi: '',
    });
    const index = life.record.devices.length - 1;
    life.owners.devices.push(root.program.index);
    life.present.devices.set(codes[0]!.code, index);
    if (attribute >= 0) life.set(attribute, new EntryRef('device', codes, index));
    return outcome.go;
  };
}

export function compileSupplyList(state: StateOf<'SupplyList'>, origin: Origin): Run {
  const supplies = state.supplies.map(({ quantity, code }) => ({ quantity, codes: codingsOf([code]) }));
  return (life, root) => {
    const encounter = encounterNow(life, root);
    for (const { quantity, codes } of supplies)
      life.record.supplies.push({ id: '', codes, encounter, origin, time: life.now, quantity });
    return outcome.go;
  };
}

export function compileVaccine(state: StateOf<'Vaccine'>, origin: Origin, context: CompileContext): Run {
  const codes = codingsOf(state.codes);
  const cost = context.world.immunizationCost(codes[0]!);
  return (life, root) => {
    const encounter = encounterNow(life, root);
    life.record.immunizations.push({
      id: '',
      codes,
      encounter,
      origin,
      time: life.now,
      dose: state.series ?? 1,
      cost,
    });
    return outcome.go;
  };
}
