import type { Coding, Dosage, ObservationValue, Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { simulateStay } from '../../stay/index.js';
import type { Organ, StayCourse, StayData, Treatment } from '../../stay/index.js';
import { encounterNow, endEncounter, startEncounter } from '../encounters.js';
import { parts, waiting } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import { routes } from '../routes.js';
import type { CompileContext } from '../program.js';
import { assigned } from './onset.js';
import type { Run } from './control.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Something that happens in a stay. */
interface Action {
  readonly time: number;
  run(life: Life, root: Root): void;
}

/** A stay that goes on: what is still to happen. */
export interface OpenStay {
  readonly actions: readonly Action[];
  at: number;
  readonly end: number;
  readonly outcome: string;
}

const icuCode: Coding = {
  system: 'SNOMED',
  code: '305351004',
  display: 'Admission to intensive care unit (procedure)',
};
const bloodPressure: Coding = {
  system: 'LOINC',
  code: '85354-9',
  display: 'Blood pressure panel with all children optional',
};

/**
 * A stay in hospital (our extension of the Generic Module Framework): the whole course is drawn at arrival, then happens event by event. When the
 * patient leaves or dies the attribute holds how: home, facility, hospice or died; the module goes on from there, with a Death state for the dead.
 */
export function compileHospitalStay(
  state: StateOf<'anamnesis:HospitalStay'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const attribute = assigned(state.assign_to_attribute, context);
  const chronic = (state.chronic ?? []).map(({ attribute: name, organ, points }) => {
    context.reads.add(name);
    return { id: context.attributes.id(name), organ, points };
  });
  const record = recorder(origin, context);
  const { stay: data } = context;
  return (life, root) => {
    root.resumed = false;
    root.stay ??= record(life, root, courseOf(life, root, { course: state.course, chronic, data }));
    const { stay } = root;
    while (stay.at < stay.actions.length && stay.actions[stay.at]!.time <= life.now)
      stay.actions[stay.at++]!.run(life, root);
    const next = stay.actions[stay.at]?.time ?? stay.end;
    if (next > life.now) {
      root.waiting = waiting.timer;
      life.queue.set(root.slot, next);
      return outcome.wait;
    }
    root.stay = null;
    if (attribute >= 0) life.set(attribute, stay.outcome);
    return outcome.go;
  };
}

interface Plan {
  readonly course: StateOf<'anamnesis:HospitalStay'>['course'];
  readonly chronic: readonly { readonly id: number; readonly organ: Organ; readonly points: number }[];
  readonly data: StayData;
}

function courseOf(life: Life, root: Root, { course, chronic, data }: Plan): StayCourse {
  const burden: Partial<Record<Organ, number>> = {};
  for (const { id, organ, points } of chronic) {
    const value = life.value(id);
    if (value !== undefined && value !== false && value !== 0) burden[organ] = (burden[organ] ?? 0) + points;
  }
  const patient = {
    ageYears: life.ages.yearsAt(life.now),
    sex: life.being.sex,
    chronic: burden,
    level: (sign: string) => life.vitalSign(sign),
  };
  const arrivalHour = (life.now / hourMs) % 24;
  return simulateStay({ course, patient, arrivalHour, data }, root.rng.split('stay', life.now));
}

type Recorder = (life: Life, root: Root, course: StayCourse) => OpenStay;

function recorder(origin: Origin, context: CompileContext): Recorder {
  const { signals, orders } = context.stay;
  const known: Known = {
    signals: new Map(signals.map((signal) => [signal.id, signal])),
    orders: new Map(orders.map((order) => [order.id, order])),
  };
  return (life, _root, course) => {
    const at = (hour: number): number => life.now + Math.round((hour * hourMs) / minuteMs) * minuteMs;
    const end = at(course.hours);
    const actions: Action[] = [];
    const add = (hour: number, run: Action['run']): void => {
      actions.push({ time: Math.min(at(hour), end), run });
    };
    for (const phase of course.phases) if (phase.place === 'icu') addIntensive(phase, origin, add);
    for (const treatment of course.treatments) addTreatment(treatment, { origin, context, add });
    for (const { hour, code } of course.complications)
      addComplication({ hour, code, end: course.hours }, origin, add);
    for (const round of course.rounds)
      add(round.hour, (now, root) => {
        recordRound(now, root, { round, origin, context, known });
      });
    for (const { hour, name, value } of course.hidden) {
      const kind = name === 'acuity' ? 'latent' : 'pathway';
      add(hour, (now) => now.record.truth.push({ time: now.now, kind, name, value, origin }));
    }
    actions.sort((a, b) => a.time - b.time);
    return { actions, at: 0, end, outcome: course.outcome };
  };
}

type Add = (hour: number, run: Action['run']) => void;

/** Intensive care is an encounter within the admission. */
function addIntensive(phase: { start: number; end: number }, origin: Origin, add: Add): void {
  let index = -1;
  add(phase.start, (life, root) => {
    const parent = root.encounter >= 0 ? root.encounter : null;
    index = startEncounter(life, { class: 'icu', codes: [icuCode], origin });
    life.record.encounters[index]!.parent = parent;
  });
  add(phase.end, (life) => {
    endEncounter(life, index, life.now);
  });
}

interface Adding {
  readonly origin: Origin;
  readonly context: CompileContext;
  readonly add: Add;
}

function addTreatment(treatment: Treatment, { origin, context, add }: Adding): void {
  const { kind, code, start, end } = treatment;
  let index = -1;
  if (kind === 'medication') {
    const cost = context.world.medicationCost(code);
    add(start, (life, root) => {
      index = life.record.medications.length;
      life.record.medications.push({
        id: '',
        codes: [code],
        encounter: encounterNow(life, root),
        origin,
        start: life.now,
        end: null,
        endReason: null,
        chronic: false,
        administered: true,
        reason: null,
        dosage: dosageOf(treatment),
        dispenses: 1,
        cost,
        supply: null,
      });
      life.owners.medications.push(root.program.index);
      life.touch(parts.medications);
    });
    add(end, (life) => {
      life.record.medications[index]!.end = Math.max(life.now, life.record.medications[index]!.start);
    });
    return;
  }
  const cost = context.world.procedureCost(code);
  add(start, (life, root) => {
    index = life.record.procedures.length;
    life.record.procedures.push({
      id: '',
      codes: [code],
      encounter: encounterNow(life, root),
      origin,
      start: life.now,
      end: life.now + minuteMs,
      reason: null,
      cost,
    });
  });
  add(end, (life) => {
    const procedure = life.record.procedures[index]!;
    procedure.end = Math.max(procedure.end, life.now);
  });
}

function dosageOf({ dose, route }: Treatment): Dosage | null {
  if (dose === null) return null;
  return {
    asNeeded: false,
    dose: { value: dose.value, unit: dose.unit },
    timing: dose.everyHours === null ? null : { frequency: 1, period: dose.everyHours, periodUnit: 'h' },
    route: route === null ? null : routes[route],
    instructions: [],
  };
}

function addComplication(
  { hour, code, end }: { hour: number; code: Coding; end: number },
  origin: Origin,
  add: Add,
): void {
  let index = -1;
  add(hour, (life, root) => {
    const person = { sex: life.being.sex, ageYears: life.ages.yearsAt(life.now) };
    index = life.record.conditions.length;
    life.record.conditions.push({
      id: '',
      codes: [code, ...life.world.equivalents(code, person)],
      encounter: encounterNow(life, root),
      origin,
      onset: life.now,
      recorded: life.now,
      abatement: null,
      category: 'encounter-diagnosis',
    });
    life.owners.conditions.push(root.program.index);
    life.touch(parts.conditions);
  });
  add(end, (life) => {
    life.record.conditions[index]!.abatement = life.now;
  });
}

/** What is measured and ordered, by id. */
interface Known {
  readonly signals: ReadonlyMap<string, StayData['signals'][number]>;
  readonly orders: ReadonlyMap<string, StayData['orders'][number]>;
}

interface Rounded {
  readonly round: StayCourse['rounds'][number];
  readonly origin: Origin;
  readonly context: CompileContext;
  readonly known: Known;
}

function recordRound(life: Life, root: Root, { round, origin, context, known }: Rounded): void {
  const order = known.orders.get(round.order)!;
  const quantity = (id: string, value: number): ObservationValue => {
    const { unit, decimals } = known.signals.get(id)!;
    return { kind: 'quantity', value, unit, decimals };
  };
  const encounter = encounterNow(life, root);
  const { observations } = life.record;
  const base = { id: '', encounter, origin, time: life.now };
  const values = new Map(round.readings.map(({ signal, value }) => [signal, value]));
  const systolic = values.get('systolic');
  const diastolic = values.get('diastolic');
  const shown: number[] = [];
  for (const [id, value] of values) {
    if (id === 'systolic' || id === 'diastolic') continue;
    const { code, category } = known.signals.get(id)!;
    const facts = context.world.labFacts(code.code);
    shown.push(observations.length);
    observations.push({
      ...base,
      codes: [code],
      category,
      value: quantity(id, value),
      components: [],
      referenceRange: facts === undefined ? null : { low: facts.low, high: facts.high },
    });
    life.latest.set(code.code, value);
  }
  if (systolic !== undefined && diastolic !== undefined) {
    observations.push({
      ...base,
      codes: [bloodPressure],
      category: 'vital-signs',
      value: null,
      components: [
        { codes: [known.signals.get('systolic')!.code], value: quantity('systolic', systolic) },
        {
          codes: [known.signals.get('diastolic')!.code],
          value: quantity('diastolic', Math.min(diastolic, systolic - 1)),
        },
      ],
      referenceRange: null,
    });
  }
  if (order.panel !== null && shown.length > 0) {
    const code: Coding = { system: 'LOINC', ...order.panel };
    const cost = context.world.reportCost(code);
    life.record.reports.push({ ...base, codes: [code], category: 'LAB', observations: shown, cost });
  }
  life.touch(parts.observations);
}
