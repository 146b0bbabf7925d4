import type { Conduct } from './conduct-schema.js';
import { inside, outside, united } from './spans.js';
import type { Span } from './spans.js';
import type { Round, Treatment } from './types.js';

/**
 * Makes what was planned and begun fit how the patient was: nobody who is ventilated or comatose swallows a tablet or walks, and a mask is taken
 * off where a tube stands in its place.
 * @param treatments of the whole stay, with their ends
 * @param rounds what was measured, for the coma score
 */
export function fitToPatient(
  treatments: readonly Treatment[],
  rounds: readonly Round[],
  conduct: Conduct,
): Treatment[] {
  const ventilated = spansOf(treatments, ['ventilation']);
  const { afterVentilationHours: after } = conduct.unable;
  const unable = united([
    ...ventilated.map(({ start, end }) => ({ start, end: end + after })),
    ...comaSpans(rounds, conduct),
  ]);
  const shock = spansOf(treatments, conduct.active.shock);
  const fitted = treatments.flatMap((one) => {
    if (one.route === 'oral') return byMouth(one, unable, conduct);
    if (conduct.active.ids.includes(one.id)) return activity(one, { unable, shock, conduct });
    return displaced(one, treatments, conduct);
  });
  return [...fitted, ...tubes(fitted, unable, conduct)].sort((a, b) => a.start - b.start);
}

function spansOf(treatments: readonly Treatment[], ids: readonly string[]): Span[] {
  return united(treatments.filter(({ id }) => ids.includes(id)));
}

/** Hours in which the last coma score was low. */
function comaSpans(rounds: readonly Round[], { unable }: Conduct): Span[] {
  const spans: Span[] = [];
  let since: number | undefined;
  let first = true;
  for (const { hour, readings } of rounds)
    for (const { signal, value } of readings) {
      if (signal !== 'gcs') continue;
      if (since === undefined && value <= unable.comaAtMost) since = first ? 0 : hour;
      if (since !== undefined && value >= unable.awakeFrom) {
        spans.push({ start: since, end: hour });
        since = undefined;
      }
      first = false;
    }
  if (since !== undefined) spans.push({ start: since, end: Infinity });
  return spans;
}

const cut = (one: Treatment, spans: readonly Span[], least: number): Treatment[] =>
  spans.filter(({ start, end }) => end - start >= least).map((span) => ({ ...one, ...span }));

/** A drug that is taken by mouth while the patient can swallow. */
function byMouth(one: Treatment, unable: readonly Span[], conduct: Conduct): Treatment[] {
  const { oral, tube, unable: rule } = conduct;
  const whole = inside(one, unable).length === 0;
  if (whole) return [one];
  const taken = cut(one, outside(one, unable), rule.leastHours);
  if (oral.waits.includes(one.id)) return taken;
  const intravenous = oral.intravenous.includes(one.id);
  const wait = intravenous ? 0 : tube.afterHours + tube.useAfterHours;
  const later = unable.map(({ start, end }) => ({ start: start + wait, end }));
  const otherwise = cut(one, inside(one, later.filter(isSpan)), rule.leastHours);
  return [...taken, ...otherwise.map((piece) => ({ ...piece, route: routeOf(intravenous) }))];
}

const isSpan = ({ start, end }: Span): boolean => start < end;
const routeOf = (intravenous: boolean): Treatment['route'] => (intravenous ? 'intravenous' : 'nasogastric');

/** The tubes that drugs are given through: one for each time that the patient cannot swallow, unless the illness asks for one anyway. */
function tubes(fitted: readonly Treatment[], unable: readonly Span[], { tube }: Conduct): Treatment[] {
  const { id, code, afterHours, useAfterHours, hours } = tube;
  const through = fitted.filter(({ route }) => route === 'nasogastric');
  return unable.flatMap((span): Treatment[] => {
    const starts = through.filter((one) => inside(one, [span]).length > 0).map(({ start }) => start);
    if (starts.length === 0) return [];
    const start = Math.max(span.start + afterHours, Math.min(...starts) - useAfterHours);
    if (fitted.some((one) => one.id === id && one.start <= start)) return [];
    return [{ id, kind: 'procedure', code, start, end: start + hours, dose: null, route: null }];
  });
}

interface Abilities {
  readonly unable: readonly Span[];
  readonly shock: readonly Span[];
  readonly conduct: Conduct;
}

/** Exercise: joints are moved for those who cannot, and those in shock rest. */
function activity(one: Treatment, { unable, shock, conduct }: Abilities): Treatment[] {
  const { leastHours } = conduct.unable;
  if (inside(one, [...unable, ...shock]).length === 0) return [one];
  const done = cut(one, outside(one, [...unable, ...shock]), leastHours);
  const passive = inside(one, unable).flatMap((span) => outside(span, shock));
  return [
    ...done,
    ...cut(one, passive, leastHours).map((piece) => ({ ...piece, ...conduct.active.instead })),
  ];
}

/** What something else stands in the place of. */
function displaced(
  one: Treatment,
  treatments: readonly Treatment[],
  { displaced: rules, unable }: Conduct,
): Treatment[] {
  const mine = rules.filter(({ what }) => what.includes(one.id));
  const by = mine.flatMap((rule) => {
    const spans = spansOf(treatments, [rule.by]);
    return rule.forGood ? spans.map(({ start }) => ({ start, end: Infinity })) : spans;
  });
  return inside(one, by).length === 0 ? [one] : cut(one, outside(one, by), unable.leastHours / 4);
}
