import type { Rng } from '../../../core/index.js';
import type { Illness } from './acuity.js';
import { logNormal } from './acuity.js';
import type { DetailPlan } from './course-schema.js';
import type { Detail } from './types.js';

/** What a report says now: a text by weight among those that the organs allow (none: the detail is left out), or an amount. */
export function drawDetails(plans: readonly DetailPlan[], illness: Illness, rng: Rng): Detail[] {
  return plans.flatMap((plan): Detail[] => {
    const { code } = plan;
    if ('amount' in plan)
      return [
        { code, value: { kind: 'quantity', ...twoDigits(logNormal(rng, plan.amount)), unit: plan.unit } },
      ];
    const open = plan.texts.filter(({ organ, from = -Infinity, below = Infinity }) => {
      if (organ === undefined) return true;
      const score = illness.score(organ);
      return score >= from && score < below;
    });
    if (open.length === 0) return [];
    const { text } = open[rng.weightedIndex(open.map(({ weight }) => weight))]!;
    return [{ code, value: { kind: 'text', text } }];
  });
}

/** Amounts are estimates: two digits, no fraction above 10. */
function twoDigits(amount: number): { readonly value: number; readonly decimals: number } {
  const value = Number(amount.toPrecision(2));
  return { value, decimals: value < 10 ? 1 : 0 };
}
