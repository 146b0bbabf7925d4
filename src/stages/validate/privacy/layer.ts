import type { Interval, Layer, Metric } from '../../metric.js';
import type { AttributeFigures, Figure, PrivacyDetail, SynthesizerInfo } from '../../document.js';
import { layer, metric, notComputable } from '../layer.js';
import type { CompiledValidation } from '../options.js';
import type { AttackResults, Bounds } from './attack-figures.js';
import { withinChance } from './attack-figures.js';

const title = 'Privacy: attacks on the rows';
const membershipTitle = 'AUC of the strongest membership attack';
const foundTitle = 'Members found at 1 % false alarms, strongest attack, lower bound';

type Computed = Extract<PrivacyDetail, { status: 'computed' }>;

/** Whether figures raise the alarm beyond what chance makes of so few targets: what the positive control must do. */
export function raisesAlarm(
  bounds: Bounds,
  chance: AttackResults['chance'],
  thresholds: CompiledValidation['thresholds'],
): boolean {
  return (
    bounds.auc > Math.max(thresholds.membership, chance.upper) ||
    (bounds.foundLow !== null && bounds.foundLow > thresholds.found)
  );
}

/** The layer of a table too small to be attacked. */
export function noPrivacyLayer(
  reason: string,
  claim: SynthesizerInfo['privacy'],
  thresholds: CompiledValidation['thresholds'],
): Layer {
  return layer('privacy', title, [
    notComputable({
      id: 'privacy.membership',
      title: membershipTitle,
      notComputable: reason,
      required: true,
    }),
    ...claimMetrics(claim, thresholds),
  ]);
}

/** The layer from what the attacks found. Without a positive control that was caught it cannot pass. */
export function privacyLayer(
  results: AttackResults,
  detail: Computed,
  claim: SynthesizerInfo['privacy'],
  options: CompiledValidation,
): Layer {
  const { thresholds } = options;
  const metrics: Metric[] = [
    membershipMetric(results, detail, thresholds),
    foundMetric(results, detail, thresholds),
    remoteMetric(results, detail, thresholds),
    controlMetric(detail),
    ...attributeMetrics(detail, options),
    ...distanceMetrics(detail, options.level),
    ...claimMetrics(claim, thresholds),
  ];
  return layer('privacy', title, metrics);
}

type Thresholds = CompiledValidation['thresholds'];

/** Where chance alone passes the bar, only a figure that one permutation in a hundred reaches tells anything: it fails. */
function membershipMetric(results: AttackResults, detail: Computed, thresholds: Thresholds): Metric {
  const { strongest, chance } = results;
  if (withinChance(chance, thresholds.membership)) {
    return notComputable({
      id: 'privacy.membership',
      title: membershipTitle,
      notComputable: `With ${detail.targets.others} held-out targets chance alone reaches ${chance.upper.toFixed(3)}, so a bar of ${String(thresholds.membership)} cannot be judged (found: ${strongest.auc.value.toFixed(3)}).`,
      required: true,
    });
  }
  return metric({
    id: 'privacy.membership',
    title: membershipTitle,
    value: strongest.auc.value,
    ci: bootstrapped(strongest.auc, detail),
    n: detail.targets.members + detail.targets.others,
    method: `${strongest.title}, strongest of ${results.attacks.length}; dealt out by chance the strongest stays below ${chance.upper.toFixed(3)} in 95 % of ${chance.permutations} permutations; our own mark is 0.52`,
    goal: 'min',
    range: [0, 1],
    threshold: thresholds.membership,
  });
}

function foundMetric(results: AttackResults, detail: Computed, thresholds: Thresholds): Metric {
  const { found, foundLow } = results.observed;
  if (found === null || foundLow === null) {
    const notEnough = 'Fewer than 1,000 held-out targets: 1 % of them are too few false alarms.';
    return notComputable({
      id: 'privacy.found',
      title: foundTitle,
      notComputable: notEnough,
      required: false,
    });
  }
  return metric({
    id: 'privacy.found',
    title: foundTitle,
    value: foundLow,
    n: detail.targets.members + detail.targets.others,
    method: `point ${found.toFixed(4)}, chance finds 0.01; bound corrected for ${results.attacks.length} attacks (Bonferroni, bootstrap over patients)`,
    goal: 'min',
    range: [-1, 1],
    threshold: thresholds.found,
  });
}

function remoteMetric(results: AttackResults, detail: Computed, thresholds: Thresholds): Metric {
  const id = 'privacy.remote';
  const name = 'AUC of the strongest attack on remote records, lower bound';
  const { strongestRemote: strongest, observed } = results;
  const area = strongest?.remote?.auc;
  if (strongest === null || area === undefined || observed.remoteLow === null) {
    const reason = 'Fewer than 50 remote records of either side.';
    return notComputable({ id, title: name, notComputable: reason, required: false });
  }
  return metric({
    id,
    title: name,
    value: observed.remoteLow,
    n: detail.targets.remote,
    method: `the tenth of the targets that lies farthest from the population; ${strongest.title}, point ${area.value.toFixed(3)}; bound corrected for ${results.attacks.length} attacks`,
    goal: 'min',
    range: [0, 1],
    threshold: thresholds.membership,
  });
}

/** An attack that misses planted copies proves nothing by finding nothing. */
function controlMetric({ control, targets }: Computed): Metric {
  const id = 'privacy.control';
  const name = 'Positive control: AUC against rows of which a tenth are copies of training rows';
  if (!control.caught) {
    const reason = `The attacks missed ${control.copies} planted copies (AUC ${control.auc.toFixed(3)}), so finding nothing here proves nothing.`;
    return notComputable({ id, title: name, notComputable: reason, required: true });
  }
  const found =
    control.tpr === null ? '' : `, ${(100 * control.tpr).toFixed(1)} % of members found at 1 % false alarms`;
  return metric({
    id,
    title: name,
    value: control.auc,
    n: targets.members + targets.others,
    method: `the same attacks; the alarm was raised${found}; a full copy gives ${control.copy.toFixed(3)}`,
    goal: 'max',
    range: [0, 1],
    threshold: null,
  });
}

function attributeMetrics({ attributes }: Computed, options: CompiledValidation): Metric[] {
  return attributes.map((a) =>
    metric({
      id: `privacy.attribute.${a.column}`,
      title: `Guessing ${a.column}: advantage about members over others, lower bound`,
      value: a.advantage.low,
      n: 2 * a.rows,
      method: `nearest synthetic row in all other columns; ${describeGuess(a)}`,
      goal: 'min',
      range: [-1, 1],
      threshold: options.thresholds.advantage,
    }),
  );
}

function describeGuess(a: AttributeFigures): string {
  const share = (x: number): string => `${(100 * x).toFixed(1)} %`;
  return `right about ${share(a.members)} of members, ${share(a.others)} of others; from real rows of others ${share(a.realRows)}; always the most frequent ${share(a.majority)}`;
}

function distanceMetrics({ distances: d }: Computed, level: number): Metric[] {
  const wilson = (figure: Figure): Interval => ({
    low: figure.low,
    high: figure.high,
    level,
    method: 'Wilson',
  });
  return [
    metric({
      id: 'privacy.nearer-training',
      title: 'Share of rows nearer to a training than to a held-out row (0.5 = even)',
      value: d.share.value,
      ci: wilson(d.share),
      n: d.rows,
      method: `nearest of ${d.among} training and of ${d.among} held-out rows, ties half; an aside: it misses what attacks find`,
      goal: 'min',
      range: [0, 1],
      threshold: null,
    }),
    metric({
      id: 'privacy.very-near',
      title: 'Share of rows nearer to a training row than 95 % of fresh real rows (0.05 = even)',
      value: d.below.value,
      ci: wilson(d.below),
      n: d.rows,
      method: 'nearest training row nearer than the 5th percentile among fresh real rows',
      goal: 'min',
      range: [0, 1],
      threshold: null,
    }),
  ];
}

function claimMetrics(claim: SynthesizerInfo['privacy'], thresholds: Thresholds): Metric[] {
  const id = 'privacy.epsilon';
  const name = 'ε of the claim of differential privacy';
  if (claim.kind === 'none') {
    const reason = `No claim of differential privacy is made: ${claim.reason}.`;
    return [notComputable({ id, title: name, notComputable: reason, required: false })];
  }
  return [
    metric({
      id,
      title: name,
      value: claim.epsilon,
      n: 1,
      method: `accounted by the synthesizer, an upper bound; δ = ${String(claim.delta)} per ${claim.unit}`,
      goal: 'min',
      range: [0, Number.MAX_VALUE],
      threshold: thresholds.epsilon,
    }),
  ];
}

function bootstrapped({ low, high }: Figure, { level, resamples }: Computed): Interval {
  return { low, high, level, method: `percentile bootstrap over patients, ${resamples} resamples` };
}
