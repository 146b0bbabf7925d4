import type { Rng } from '../../core/index.js';
import type { Admission } from './admission.js';
import type { Analyte } from './parameters.js';
import { linear, logistic, parameters } from './parameters.js';

/** A measured value: minutes since 1970, index into {@link observed}, value as recorded. */
export interface Observation {
  readonly minute: number;
  readonly analyte: number;
  readonly value: number;
}

const { measurements, course, diagnoses } = parameters;

/** Everything that can be measured: the analytes of parameters/measurements.json and, last, the derived mean pressure. */
export const observed: readonly { loinc: string; display: string; unit: string; decimals: number }[] = [
  ...measurements.analytes,
  { loinc: '8478-0', display: 'Mean arterial pressure', unit: 'mm[Hg]', decimals: 0 },
];
const meanPressure = observed.length - 1;
const systolic = measurements.analytes.findIndex((a) => a.id === 'systolic');
const diastolic = measurements.analytes.findIndex((a) => a.id === 'diastolic');
/** Smallest difference of systolic and diastolic pressure, mm[Hg]. */
const leastPulse = 12;

const panels = measurements.panels.map((panel) => ({
  ...panel,
  analytes: measurements.analytes.flatMap((a, index) => (a.panel === panel.id ? [{ index, ...a }] : [])),
}));

/** A stable offset of the person for each analyte. */
export function drawOffsets(rng: Rng): Float64Array {
  return Float64Array.from(measurements.analytes, (a) => a.personSd * rng.normal());
}

/**
 * Measures one stay: each panel on arrival with a probability that rises with severity, then hour by hour at a rate that
 * rises with acuity (48 h), then by the day. Values follow acuity, conditions and diagnosis.
 */
export function measureStay(rng: Rng, admission: Admission, offsets: Float64Array): Observation[] {
  const out: Observation[] = [];
  const levels = measurements.analytes.map((a, i) => levelOf(a, admission, offsets[i]!));
  const rates = course.hospitals.orderingRate;
  const ordering = rates[admission.hospital % rates.length]!;
  const acuityAt = acuityCourse(rng.split('later'), admission);
  for (const panel of panels) {
    const stream = rng.split('panel', panel.id);
    const factor = panel.id === 'vitals' ? 1 : ordering;
    for (const minute of drawTimes(stream, { panel, admission, factor, acuityAt })) {
      drawPanel(stream, { panel, minute, admission, levels, acuity: acuityAt(minute) }, out);
    }
  }
  return out;
}

/** Acuity at a minute of the stay: hourly in the first 48 h, daily afterwards. */
function acuityCourse(rng: Rng, admission: Admission): (minute: number) => number {
  const p = course.later;
  const { acuity, startMinute, endMinute, died } = admission;
  const daily: number[] = [];
  let level = acuity.at(-1)!;
  const days = Math.ceil((endMinute - startMinute) / 1440) - 1;
  for (let day = 2; day <= days; day++) {
    level =
      (died ? level + p.deteriorationPerDay : level * (1 - p.recoveryPerDay)) + p.noiseSd * rng.normal();
    daily.push(Math.min(5, level));
  }
  return (minute) => {
    const hour = Math.floor((minute - startMinute) / 60);
    if (hour < acuity.length) return acuity[hour]!;
    return daily[Math.min(daily.length - 1, Math.floor(hour / 24) - 2)] ?? acuity.at(-1)!;
  };
}

interface TimesRequest {
  readonly panel: (typeof panels)[number];
  readonly admission: Admission;
  readonly factor: number;
  readonly acuityAt: (minute: number) => number;
}

function drawTimes(rng: Rng, { panel, admission, factor, acuityAt }: TimesRequest): number[] {
  const { startMinute, endMinute, icu, severity } = admission;
  const times: number[] = [];
  const add = (minute: number): void => {
    if (minute < endMinute) times.push(minute);
  };
  if (rng.next() < logistic(panel.firstIntercept + panel.firstPerSeverity * severity))
    add(startMinute + 10 + rng.int(60));
  const hours = Math.min(course.acuity.hours, Math.floor((endMinute - startMinute) / 60));
  for (let hour = 2; hour < hours; hour++) {
    const minute = startMinute + hour * 60;
    const inIcu = icu !== undefined && minute >= icu.startMinute && minute < icu.endMinute;
    const rate = (inIcu ? panel.icuPerHour : panel.wardPerHour) * factor;
    if (rng.next() < rate * Math.exp(panel.perAcuity * acuityAt(minute))) add(minute + rng.int(50));
  }
  for (let minute = startMinute + course.acuity.hours * 60; minute < endMinute; minute += 1440) {
    const expected = panel.laterPerDay * factor * Math.exp(panel.perAcuity * acuityAt(minute));
    const draws = Math.floor(expected) + (rng.next() < expected % 1 ? 1 : 0);
    for (let k = 0; k < Math.min(4, draws); k++) add(minute + k * 330 + rng.int(300));
  }
  return times;
}

interface PanelDraw {
  readonly panel: (typeof panels)[number];
  readonly minute: number;
  readonly admission: Admission;
  readonly levels: readonly number[];
  readonly acuity: number;
}

function drawPanel(rng: Rng, draw: PanelDraw, out: Observation[]): void {
  const { panel, minute, admission, levels, acuity } = draw;
  const faded = 2 ** (-(minute - admission.startMinute) / 60 / diagnoses.shiftHalfLife.value);
  let pressure: number | undefined;
  for (const analyte of panel.analytes) {
    const shift = (admission.diagnosis.shifts[analyte.id] ?? 0) * faded;
    const deviation = analyte.perAcuity * acuity + shift + analyte.noiseSd * rng.normal();
    const missing = rng.next() < analyte.missingShare;
    let x = levels[analyte.index]! + deviation;
    if (analyte.index === diastolic) {
      if (pressure === undefined) continue;
      x += measurements.pulsePressure.coupling * (pressure - levels[systolic]!);
      x = Math.min(x, pressure - leastPulse);
    }
    if (missing) continue;
    const value = record(analyte, x);
    out.push({ minute, analyte: analyte.index, value });
    if (analyte.index === systolic) pressure = value;
    if (analyte.index === diastolic)
      out.push({ minute, analyte: meanPressure, value: Math.round((pressure! + 2 * value) / 3) });
  }
}

/** What the value would be at acuity 0, without diagnosis and noise, on the analyte's scale. */
function levelOf(analyte: Analyte, admission: Admission, offset: number): number {
  const base = analyte.scale === 'log' ? Math.log(analyte.base) : analyte.base;
  return base + offset + linear(analyte.effects, admission.traits);
}

/** Off the scale, inside the instrument's range, rounded to its precision. */
function record(analyte: Analyte, x: number): number {
  const value = analyte.scale === 'log' ? Math.exp(x) : x;
  const step = 10 ** analyte.decimals;
  return Math.round(Math.min(analyte.high, Math.max(analyte.low, value)) * step) / step;
}
