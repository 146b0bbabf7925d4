import type {
  Ratio,
  ReferenceTask,
  TaskUsability,
  Usability,
  UsabilityVerdict,
  UtilityTask,
} from '../document.js';
import type { Layer } from '../metric.js';
import { errorsOf } from './checks/findings.js';
import type { CompiledValidation } from './options.js';
import type { Reference } from './reference.js';
import { findingsOf } from './reference.js';

/** What the verdict is drawn from. */
export interface VerdictInput {
  readonly reference: Reference;
  readonly tasks: readonly UtilityTask[];
  readonly meanRatio: Ratio | null;
  readonly layers: readonly Layer[];
  readonly thresholds: CompiledValidation['thresholds'];
}

/**
 * Can I use this, and for what? Task by task (the first rule that fits):
 * 1. `not-usable` when a finding spoils the figures (a patient on both sides of the split, a leaked label);
 * 2. `unknown` when the task cannot be computed, or the best model on real rows cannot be told from a coin (its interval
 *    reaches 0.5): then the ratio says nothing;
 * 3. `not-usable` below the `care` ratio;
 * 4. `usable` when the ratio reaches `utility`, its lower bound reaches `care`, the best real model keeps `skill` of its
 *    skill, and the sample is not small;
 * 5. `with-care` otherwise, with what is lacking.
 *
 * The whole is `usable` when every judged task is and the fidelity layer does not fail, `not-usable` when none is at least
 * `with-care` or the validity or the privacy layer fails, `unknown` when no task could be judged, else `with-care`. Where privacy
 * could not be judged the headline says so.
 */
export function judge(input: VerdictInput): UsabilityVerdict {
  const tasks = input.tasks.map((task) => judgeTask(task, input));
  const usability = overall(tasks, input.layers);
  return { usability, headline: headlineOf(usability, tasks, input), tasks };
}

function judgeTask(task: UtilityTask, { reference, thresholds }: VerdictInput): TaskUsability {
  const say = (usability: Usability, reason: string): TaskUsability => ({
    task: task.id,
    title: task.title,
    usability,
    reason,
  });
  const spoiled = errorsOf(findingsOf(reference.findings, task.id));
  if (spoiled[0] !== undefined)
    return say('not-usable', `The figures cannot be trusted: ${spoiled[0].message}`);
  if (task.status === 'not-computable') return say('unknown', task.reason);
  const best = bestModel(reference.tasks.find((t) => t.published.id === task.id)?.published);
  if (best === undefined) return say('unknown', 'There is no model on real rows to compare with.');
  if (best.trtr.ci.low <= 0.5) {
    return say(
      'unknown',
      `The real rows themselves hardly predict it (AUC ${figure(best.trtr.auc, best.trtr.ci)}).`,
    );
  }
  const { ratio } = task;
  const kept = `Models keep ${percent(ratio.value)} of the real AUC (${percent(ratio.ci.low)} to ${percent(ratio.ci.high)})`;
  if (ratio.value < thresholds.care) return say('not-usable', `${kept}: below ${percent(thresholds.care)}.`);
  const skill = task.models.find((m) => m.model === best.model)?.retainedSkill ?? 0;
  const lacks = [
    ratio.value < thresholds.utility ? `the bar is ${percent(thresholds.utility)}` : undefined,
    ratio.ci.low < thresholds.care ? `the interval reaches below ${percent(thresholds.care)}` : undefined,
    skill < thresholds.skill ? `only ${percent(skill)} of the skill above a coin is kept` : undefined,
    task.smallSample ? 'the sample is small' : undefined,
  ].filter((lack) => lack !== undefined);
  return lacks.length === 0 ? say('usable', `${kept}.`) : say('with-care', `${kept}; ${lacks.join(', ')}.`);
}

type ReferenceModel = Extract<ReferenceTask, { status: 'computed' }>['models'][number];

function bestModel(task: ReferenceTask | undefined): ReferenceModel | undefined {
  if (task?.status !== 'computed') return undefined;
  return [...task.models].sort((a, b) => b.trtr.auc - a.trtr.auc)[0];
}

function overall(tasks: readonly TaskUsability[], layers: readonly Layer[]): Usability {
  const failed = (id: string): boolean => layers.some((l) => l.id === id && l.verdict === 'fail');
  if (failed('validity') || failed('privacy')) return 'not-usable';
  const judged = tasks.filter((t) => t.usability !== 'unknown');
  if (judged.length === 0) return 'unknown';
  if (judged.every((t) => t.usability === 'not-usable')) return 'not-usable';
  return judged.every((t) => t.usability === 'usable') && !failed('fidelity') ? 'usable' : 'with-care';
}

function headlineOf(
  usability: Usability,
  tasks: readonly TaskUsability[],
  { meanRatio, reference, layers }: VerdictInput,
): string {
  const split = errorsOf(reference.findings).find((f) => f.task === undefined);
  if (split !== undefined) return `Do not use these figures: ${split.message}`;
  const validity = layers.find((l) => l.id === 'validity');
  if (validity?.verdict === 'fail') return 'Do not release: too many rows copy a real patient’s row.';
  const privacy = layers.find((l) => l.id === 'privacy');
  if (privacy?.verdict === 'fail') {
    return `Do not release: attacks tell who was in the training data, or the claim is too weak. ${privacy.reason}`;
  }
  const open = privacy?.verdict === 'not-computable' ? ' Privacy could not be judged.' : '';
  if (meanRatio === null || usability === 'unknown') {
    return `The data cannot tell: no task could be judged.${open}`;
  }
  const kept = `models trained on these rows keep ${percent(meanRatio.value)} of the AUC of real ones (${percent(meanRatio.ci.low)} to ${percent(meanRatio.ci.high)})`;
  const judged = tasks.filter((t) => t.usability !== 'unknown').length;
  const of = judged === 1 ? 'the one judged task' : `the ${judged} judged tasks`;
  const count = (u: Usability): number => tasks.filter((t) => t.usability === u).length;
  switch (usability) {
    case 'usable':
      return `Usable for ${judged === 1 ? of : `all of ${of}`}: ${kept}.${open}`;
    case 'with-care':
      return `Usable for ${count('usable')}, with care for ${count('with-care')} of ${of}: ${kept}.${open}`;
    case 'not-usable':
      return `Not usable for ${judged === 1 ? of : `any of ${of}`}: ${kept}.${open}`;
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function figure(value: number, { low, high }: { low: number; high: number }): string {
  return `${value.toFixed(3)}, interval ${low.toFixed(3)} to ${high.toFixed(3)}`;
}
