import { suggest, UserError } from '../../core/index.js';
import { dirtyKinds, mechanisms } from '../../stages/simulate/index.js';
import type { ImperfectionOptions } from '../../stages/simulate/index.js';

/**
 * Reads weights as they are written on a command line: `white=60,black=30`; a name alone weighs 1.
 * @throws UserError `BAD_OPTION` naming every part that is none.
 */
export function readWeights<K extends string>(
  option: string,
  text: string,
  known: readonly K[],
): Partial<Record<K, number>> {
  const weights: Partial<Record<K, number>> = {};
  const wrong: string[] = [];
  for (const part of partsOf(text)) {
    const [name = '', number = '1'] = part.split('=', 2).map((side) => side.trim());
    const key = known.find((one) => one === name.toLowerCase());
    const weight = number === '' ? NaN : Number(number);
    if (key === undefined) {
      const near = suggest(name, known);
      wrong.push(`'${name}' is none${near === undefined ? '' : ` (did you mean '${near}'?)`}`);
    } else if (!(weight >= 0) || !Number.isFinite(weight)) wrong.push(`'${part}' has no weight`);
    else weights[key] = weight;
  }
  if (wrong.length === 0 && Object.values<number | undefined>(weights).some((w) => (w ?? 0) > 0))
    return weights;
  throw new UserError('BAD_OPTION', `${option} cannot be read.`, {
    expected: `name=weight with commas between, e.g. ${known[0]!}=60,${known[1]!}=40; names: ${known.join(', ')}`,
    got: wrong.length === 0 ? `'${text}'` : wrong.join('; '),
  });
}

/** Ages as they are written on a command line: `40-90`, `65+`, `30`. @throws UserError `BAD_OPTION` */
export function readAges(text: string): { readonly min: number; readonly max: number } {
  const found = /^(\d{1,3})(?:\s*(?:-|–|\.\.)\s*(\d{1,3})|(\+))?$/u.exec(text.trim());
  const min = Number(found?.[1]);
  const max = found?.[3] === undefined ? Number(found?.[2] ?? found?.[1]) : oldest;
  if (found !== null && min <= max && max <= oldest) return { min, max };
  throw new UserError('BAD_OPTION', '--age cannot be read.', {
    expected: `years from 0 to ${oldest}, the younger first: 40-90, 65+ or 30`,
    got: `'${text}'`,
  });
}

const oldest = 110;

type MissingRule = NonNullable<ImperfectionOptions['missing']>[number];
type DirtyRule = NonNullable<ImperfectionOptions['dirty']>[number];

/**
 * One `--missing`: a rate (`0.1`, completely at random) or a mechanism with its rate and options (`mnar=0.2,values=high`).
 * What the options mean is checked by the simulator.
 */
export function readMissing(text: string): Record<string, unknown> {
  if (isRate(text)) return { mechanism: 'mcar', rate: Number(text) } satisfies MissingRule;
  return readRule('--missing', text, { known: mechanisms, key: 'mechanism' });
}

/** One `--dirty`: a rate (`0.01`, each kind of error) or a kind with its rate and options (`shifted-date=0.02,days=7`). */
export function readDirty(text: string): Record<string, unknown>[] {
  if (isRate(text)) return dirtyKinds.map((kind) => ({ kind, rate: Number(text) }) satisfies DirtyRule);
  return [readRule('--dirty', text, { known: dirtyKinds, key: 'kind' })];
}

const isRate = (text: string): boolean => /^\s*\d*\.?\d+\s*$/u.test(text);
const lists: ReadonlySet<string> = new Set(['codes', 'categories']);

function readRule(
  option: string,
  text: string,
  { known, key }: { readonly known: readonly string[]; readonly key: string },
): Record<string, unknown> {
  const [first = '', ...rest] = partsOf(text);
  const [name = '', rate = ''] = first.split('=', 2).map((side) => side.trim());
  if (!known.includes(name.toLowerCase()) || !isRate(rate)) {
    const near = suggest(name, known);
    throw new UserError('BAD_OPTION', `${option} cannot be read.`, {
      expected: `a rate (0.1), or one of ${known.join(', ')} with its rate and options (${known.at(-1)!}=0.1,categories=laboratory)`,
      got: `'${text}'`,
      ...(near === undefined || near === name ? {} : { fix: `did you mean '${near}'?` }),
    });
  }
  const rule: Record<string, unknown> = { [key]: name.toLowerCase(), rate: Number(rate) };
  for (const part of rest) {
    const [own = '', value = ''] = part.split('=', 2).map((side) => side.trim());
    rule[own] = lists.has(own) ? value.split('+') : isRate(value) ? Number(value) : value;
  }
  return rule;
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
