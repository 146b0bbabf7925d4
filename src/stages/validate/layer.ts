import type { ComputedMetric, Layer, Metric, NotComputableMetric } from '../metric.js';

/** A metric without its verdict: `passed` follows from goal and threshold. */
export type MetricDraft = Omit<ComputedMetric, 'version' | 'passed'>;

/** Completes a metric; the value is judged as it is, unrounded. */
export function metric(draft: MetricDraft): ComputedMetric {
  const { threshold, value, goal } = draft;
  const passed = threshold === null ? null : goal === 'max' ? value >= threshold : value <= threshold;
  return { ...draft, version: 1, passed };
}

/** A metric that could not be computed. */
export function notComputable(draft: Omit<NotComputableMetric, 'version'>): NotComputableMetric {
  return { ...draft, version: 1 };
}

/** A layer passes when every metric with a threshold passes and none that it needs is missing. */
export function layer(id: string, title: string, metrics: readonly Metric[]): Layer {
  const absent = metrics.filter((m) => 'notComputable' in m && m.required);
  const judged = metrics.flatMap((m) => ('notComputable' in m || m.passed === null ? [] : [m]));
  const failed = judged.filter((m) => m.passed === false);
  const head = { id, title, metrics: [...metrics] };
  if (failed.length > 0) {
    return { ...head, verdict: 'fail', reason: `Not reached: ${failed.map(describe).join('; ')}.` };
  }
  if (absent.length > 0 || judged.length === 0) {
    const reasons = absent.flatMap((m) => ('notComputable' in m ? [m.notComputable] : []));
    return { ...head, verdict: 'not-computable', reason: reasons.join(' ') || 'Nothing could be judged.' };
  }
  return { ...head, verdict: 'pass', reason: `Reached: ${judged.map(describe).join('; ')}.` };
}

function describe({ title, value, goal, threshold }: ComputedMetric): string {
  return `${title} ${value.toFixed(3)} (${goal === 'max' ? 'at least' : 'at most'} ${String(threshold)})`;
}
