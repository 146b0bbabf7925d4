import type { Coding, Dosage, Origin } from '../../../../cohort/index.js';
import type { CodeStatus, StayCourse, Treatment } from '../../stay/index.js';
import { encounterNow, startEncounter } from '../encounters.js';
import { parts } from '../life.js';
import type { Life, Root } from '../life.js';
import type { CompileContext } from '../program.js';
import { endedOf } from '../returning.js';
import type { Ended } from '../returning.js';
import { routes } from '../routes.js';
import { roundRecorder } from './stay-rounds.js';

export const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Milliseconds of some hours, to the minute: nothing is charted more exactly. */
export const wholeMinutes = (hours: number): number => Math.round((hours * hourMs) / minuteMs) * minuteMs;

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
  readonly ended: Ended;
}

const icuCode: Coding = {
  system: 'SNOMED',
  code: '305351004',
  display: 'Admission to intensive care unit (procedure)',
};
const emergencyCode: Coding = {
  system: 'SNOMED',
  code: '50849002',
  display: 'Emergency room admission (procedure)',
};
/** How a patient came, under our own codes: FHIR's example codes need a code system of their own. */
const admitSources: Readonly<Record<'emergency' | 'planned', Coding>> = {
  emergency: { system: 'ANAMNESIS', code: 'emergency-department', display: 'Emergency department' },
  planned: { system: 'ANAMNESIS', code: 'referral', display: 'Referral for a planned admission' },
};
const comfortCode: Coding = {
  system: 'SNOMED',
  code: '133918004',
  display: 'Comfort measures (regime/therapy)',
};
const codeStatusCode: Coding = {
  system: 'SNOMED',
  code: '304251008',
  display: 'Resuscitation status (observable entity)',
};
const codeStatusValues = {
  full: { system: 'SNOMED', code: '304252001', display: 'For resuscitation (finding)' },
  not: { system: 'SNOMED', code: '304253006', display: 'Not for resuscitation (finding)' },
} as const;

/** Lays out everything that a stay's course brings as actions, from now on. */
export type Recorder = (life: Life, course: StayCourse) => OpenStay;

export function stayRecorder(origin: Origin, context: CompileContext): Recorder {
  const record = roundRecorder(origin, context);
  return (life, course) => {
    const at = (hour: number): number => life.now + wholeMinutes(hour);
    const end = at(course.hours);
    const actions: Action[] = [];
    const add: Add = (hour, run) => {
      actions.push({ time: Math.min(at(hour), end), run });
    };
    const adding = { origin, context, add };
    addAdmission(course, adding);
    for (const phase of course.phases) if (phase.place !== 'ward') addPhase(phase, adding);
    for (const treatment of course.treatments) addTreatment(treatment, adding);
    for (const one of course.complications) addComplication({ ...one, end: course.hours }, adding);
    for (const one of course.codeStatus) addCodeStatus({ ...one, end: course.hours }, adding);
    for (const round of course.rounds)
      add(round.hour, (now, root) => {
        record(now, root, round);
      });
    for (const { hour, name, value } of course.hidden) {
      const kind = name === 'acuity' || name === 'hours since onset' ? 'latent' : 'pathway';
      add(hour, (now) => now.record.truth.push({ time: now.now, kind, name, value, origin }));
    }
    actions.sort((a, b) => a.time - b.time);
    return { actions, at: 0, end, outcome: course.outcome, ended: endedOf(course) };
  };
}

type Add = (hour: number, run: Action['run']) => void;

interface Adding {
  readonly origin: Origin;
  readonly context: CompileContext;
  readonly add: Add;
}

function addAdmission({ phases }: StayCourse, { add }: Adding): void {
  const source = admitSources[phases[0]?.place === 'ed' ? 'emergency' : 'planned'];
  add(0, (life, root) => {
    if (root.encounter >= 0) life.record.encounters[root.encounter]!.admitSource = source;
  });
}

/** The emergency department and intensive care are encounters within the admission. */
function addPhase({ place, start, end }: StayCourse['phases'][number], { origin, add }: Adding): void {
  const emergency = place === 'ed';
  let index = -1;
  add(start, (life, root) => {
    const parent = root.encounter >= 0 ? root.encounter : null;
    const codes = [emergency ? emergencyCode : icuCode];
    index = startEncounter(life, { class: emergency ? 'emergency' : 'icu', codes, origin });
    life.record.encounters[index]!.parent = parent;
  });
  add(end, (life) => {
    life.record.encounters[index]!.end = life.now;
  });
}

function addTreatment(treatment: Treatment, adding: Adding): void {
  if (treatment.kind === 'medication') addDrug(treatment, adding);
  else addProcedure(treatment, adding);
}

function addDrug(treatment: Treatment, { origin, context, add }: Adding): void {
  const { code, start, end } = treatment;
  const cost = context.world.medicationCost(code);
  let index = -1;
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
}

/** A procedure; of an imaging study, the study beside it; what its report says at the end. */
function addProcedure(treatment: Treatment, adding: Adding): void {
  const { code, imaging, start, end } = treatment;
  const { origin, context, add } = adding;
  const cost = context.world.procedureCost(code);
  let index = -1;
  add(start, (life, root) => {
    const entry = { id: '', codes: [code], encounter: encounterNow(life, root), origin };
    index = life.record.procedures.length;
    life.record.procedures.push({
      ...entry,
      start: life.now,
      end: life.now + minuteMs,
      reason: null,
      cost,
    });
    if (imaging !== undefined) life.record.imaging.push({ ...entry, ...studyOf(imaging), time: life.now });
  });
  add(end, (life) => {
    const procedure = life.record.procedures[index]!;
    procedure.end = Math.max(procedure.end, life.now);
  });
  addReport(treatment, adding);
}

const imagingReportCode: Coding = { system: 'LOINC', code: '18748-4', display: 'Diagnostic imaging study' };

/** What was seen or done as observations; of an imaging study, a report of them. */
function addReport({ imaging, details = [], end }: Treatment, { origin, add }: Adding): void {
  if (details.length === 0) return;
  const category = imaging === undefined ? 'procedure' : 'imaging';
  add(end, (life, root) => {
    const encounter = encounterNow(life, root);
    const time = life.now;
    const { observations, reports } = life.record;
    const first = observations.length;
    for (const { code, value } of details)
      observations.push({
        ...{ id: '', codes: [code], encounter, origin, time, category, value },
        ...{ components: [], referenceRange: null },
      });
    life.touch(parts.observations);
    if (imaging === undefined) return;
    reports.push({
      ...{ id: '', codes: [imagingReportCode], encounter, origin, time, cost: 0 },
      category: imaging.modality.code === 'US' ? 'CUS' : 'RAD',
      observations: details.map((_, i) => first + i),
    });
  });
}

function studyOf({ bodySite, modality, sopClass, title }: NonNullable<Treatment['imaging']>) {
  return { uid: '', series: [{ uid: '', bodySite, modality, instances: [{ uid: '', title, sopClass }] }] };
}

/** What the patient wants done, as a nurse writes it; comfort care as a procedure to the end of the stay. */
function addCodeStatus(
  { hour, status, end }: { hour: number; status: CodeStatus; end: number },
  adding: Adding,
): void {
  const { origin, add } = adding;
  const coding = codeStatusValues[status === 'full' ? 'full' : 'not'];
  add(hour, (life, root) => {
    life.record.observations.push({
      id: '',
      codes: [codeStatusCode],
      encounter: encounterNow(life, root),
      origin,
      time: life.now,
      category: 'exam',
      value: { kind: 'coding', coding },
      components: [],
      referenceRange: null,
    });
  });
  if (status !== 'comfort') return;
  addProcedure(
    { id: status, kind: 'procedure', code: comfortCode, start: hour, end, dose: null, route: null },
    adding,
  );
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
  { origin, add }: Adding,
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
