import { DataError } from './errors.js';

/** What a conversion between mass, amount and charge has to know about the substance measured. */
export interface Substance {
  /** Molar mass in g/mol; needed between e.g. mg/dL and mmol/L. */
  readonly molarMass?: number | undefined;
  /** Charges of one particle; needed between e.g. meq/L and mmol/L. */
  readonly valence?: number | undefined;
}

/** A conversion `to = from × factor + shift`. */
export interface Linear {
  readonly factor: number;
  readonly shift: number;
}

/** Exponents of the base quantities; absent means 0. `eq`, `osm` and `iu` are kept apart from amount on purpose. */
type Dimension = Readonly<Partial<Record<Base, number>>>;
const bases = ['mass', 'length', 'time', 'temperature', 'amount', 'eq', 'osm', 'iu'] as const;
type Base = (typeof bases)[number];

/** A unit as `base value = value × mantissa × 10^power + offset`; powers of ten apart, so that they cancel exactly. */
interface Unit {
  readonly mantissa: number;
  readonly power: number;
  readonly offset: number;
  readonly dimension: Dimension;
}

const unit = (mantissa: number, power: number, dimension: Dimension = {}, offset = 0): Unit => ({
  mantissa,
  power,
  offset,
  dimension,
});

const pressure: Dimension = { mass: 1, length: -1, time: -2 };
const volume: Dimension = { length: 3 };

/** Atoms that take a metric prefix (UCUM 2.1, tables 1-23; base units g, m, s, K, mol). */
const metric: Readonly<Record<string, Unit>> = {
  g: unit(1, 0, { mass: 1 }),
  m: unit(1, 0, { length: 1 }),
  s: unit(1, 0, { time: 1 }),
  K: unit(1, 0, { temperature: 1 }),
  mol: unit(1, 0, { amount: 1 }),
  eq: unit(1, 0, { eq: 1 }),
  osm: unit(1, 0, { osm: 1 }),
  l: unit(1, -3, volume),
  L: unit(1, -3, volume),
  Pa: unit(1, 3, pressure),
  'm[Hg]': unit(1.33322, 8, pressure),
  'm[H2O]': unit(9.80665, 6, pressure),
  U: unit(1 / 6, -7, { amount: 1, time: -1 }),
  '[IU]': unit(1, 0, { iu: 1 }),
};

/** Atoms without prefixes. */
const plain: Readonly<Record<string, Unit>> = {
  '1': unit(1, 0),
  '10*': unit(1, 1),
  '10^': unit(1, 1),
  '%': unit(1, -2),
  '[pH]': unit(1, 0),
  min: unit(60, 0, { time: 1 }),
  h: unit(3600, 0, { time: 1 }),
  d: unit(86_400, 0, { time: 1 }),
  wk: unit(604_800, 0, { time: 1 }),
  '[lb_av]': unit(453.59237, 0, { mass: 1 }),
  '[oz_av]': unit(28.349523125, 0, { mass: 1 }),
  '[in_i]': unit(2.54, -2, { length: 1 }),
  '[ft_i]': unit(30.48, -2, { length: 1 }),
  Cel: unit(1, 0, { temperature: 1 }, 273.15),
  '[degF]': unit(5 / 9, 0, { temperature: 1 }, 459.67 * (5 / 9)),
};

const prefixes: Readonly<Record<string, number>> = {
  G: 9,
  M: 6,
  k: 3,
  h: 2,
  d: -1,
  c: -2,
  m: -3,
  u: -6,
  n: -9,
  p: -12,
  f: -15,
};

/**
 * The linear map from one UCUM unit to another, for the subset of UCUM that labs, vitals and doses use.
 *
 * @throws DataError `UNIT_UNKNOWN` for a unit outside the subset, `UNIT_MISMATCH` when the two do not measure the same
 * kind of quantity or the substance lacks the molar mass or valence that the conversion needs.
 */
export function conversion(from: string, to: string, substance: Substance = {}): Linear {
  const a = parseUnit(from);
  const b = parseUnit(to);
  const bridge = bridgeFactor(a.dimension, b.dimension, substance);
  if (bridge === undefined) {
    throw new DataError('UNIT_MISMATCH', `Unit '${from}' cannot be converted to '${to}'.`, {
      expected: 'two units of one kind of quantity, or a molar mass or valence that links them',
    });
  }
  const mantissa = a.mantissa === b.mantissa ? 1 : a.mantissa / b.mantissa;
  const factor = mantissa * bridge * powerOfTen(a.power - b.power);
  return { factor, shift: (a.offset - b.offset) / (b.mantissa * powerOfTen(b.power)) };
}

/** Converts a value between two UCUM units. @throws DataError as {@link conversion} does. */
export function convert(value: number, from: string, to: string, substance?: Substance): number {
  const { factor, shift } = conversion(from, to, substance);
  return value * factor + shift;
}

/** Whether {@link conversion} knows the way between two units. */
export function isConvertible(from: string, to: string, substance: Substance = {}): boolean {
  return bridgeFactor(parseUnit(from).dimension, parseUnit(to).dimension, substance) !== undefined;
}

const powerOfTen = (power: number): number => Number(`1e${power}`);

/** Links mass, amount and charge: 1 mol = molarMass g = valence eq. Undefined where that does not close the gap. */
function bridgeFactor(from: Dimension, to: Dimension, substance: Substance): number | undefined {
  const gap = (base: Base): number => (from[base] ?? 0) - (to[base] ?? 0);
  const others = bases.filter((base) => base !== 'mass' && base !== 'amount' && base !== 'eq');
  if (others.some((base) => gap(base) !== 0) || gap('mass') + gap('amount') + gap('eq') !== 0)
    return undefined;
  const { molarMass, valence } = substance;
  if ((gap('mass') !== 0 && molarMass === undefined) || (gap('eq') !== 0 && valence === undefined))
    return undefined;
  return (molarMass ?? 1) ** -gap('mass') * (valence ?? 1) ** -gap('eq');
}

/** Parses `component ((. | /) component)*`; annotations in braces count as 1. */
function parseUnit(text: string): Unit {
  const parts = text.replaceAll(/\{[^}]*\}/g, '').split(/([./])/);
  let result = unit(1, 0);
  for (let i = 0; i < parts.length; i += 2) {
    const sign = parts[i - 1] === '/' ? -1 : 1;
    const part = parts[i] ?? '';
    if (part !== '') result = multiply(result, parseComponent(part, text, parts.length === 1), sign);
  }
  return result;
}

function parseComponent(part: string, whole: string, alone: boolean): Unit {
  const match = /^(10[*^]|1(?!\d)|%|[A-Za-z]*(?:\[[^\]]+\])?)([+-]?\d+)?$/.exec(part);
  const atom = match?.[1] === undefined ? undefined : findAtom(match[1]);
  const exponent = match?.[2] === undefined ? 1 : Number(match[2]);
  if (atom === undefined || (atom.offset !== 0 && !(alone && exponent === 1))) {
    throw new DataError('UNIT_UNKNOWN', `Unit '${whole}' is not known.`, {
      expected: 'a UCUM unit such as mg/dL, mmol/L, 10*3/uL, mm[Hg], Cel or {score}',
    });
  }
  return exponent === 1 ? atom : multiply(unit(1, 0), atom, exponent);
}

function findAtom(atom: string): Unit | undefined {
  const exact = plain[atom] ?? metric[atom];
  if (exact !== undefined) return exact;
  const base = metric[atom.slice(1)];
  const power = prefixes[atom.slice(0, 1)];
  if (base === undefined || power === undefined) return undefined;
  return { ...base, power: base.power + power };
}

function multiply(a: Unit, b: Unit, exponent: number): Unit {
  const dimension: Partial<Record<Base, number>> = {};
  for (const base of bases) {
    const sum = (a.dimension[base] ?? 0) + exponent * (b.dimension[base] ?? 0);
    if (sum !== 0) dimension[base] = sum;
  }
  return unit(
    a.mantissa * b.mantissa ** exponent,
    a.power + exponent * b.power,
    dimension,
    a.offset + b.offset,
  );
}
