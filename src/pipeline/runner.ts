import path from 'node:path';
import { fingerprint, InternalError, throwIfAborted } from '../core/index.js';
import type { RunContext } from '../runtime/index.js';
import { buildFolderAtomic, codeVersion } from '../runtime/index.js';
import { withRunLock } from './lock.js';
import { readCompleted, stageMarker, writeManifest } from './manifest.js';
import type { Stage, StageOutput } from './stage.js';

/** What the runner tells of each stage, in order. */
export interface StageEvent {
  readonly stage: string;
  readonly title: string;
  readonly state: 'reused' | 'started' | 'completed';
  readonly folder: string;
}

/**
 * Runs stages in the order of their needs, inside `folder`. A stage whose fingerprint (config, inputs' content, code)
 * and files are unchanged is reused; everything else is made in a temporary folder that takes its name when complete. So the
 * same command continues an interrupted run, and a changed option recomputes just what depends on it (design §4.6).
 * @throws InternalError `STAGE_GRAPH` for an unknown need or a cycle; UserError `RUN_LOCKED`; whatever a stage throws.
 */
export async function runStages(
  folder: string,
  stages: readonly Stage[],
  context: RunContext,
  onEvent: (event: StageEvent) => void = () => undefined,
): Promise<Record<string, StageOutput>> {
  const ordered = orderStages(stages);
  return withRunLock(folder, async () => {
    const outputs: Record<string, StageOutput> = {};
    for (const stage of ordered) {
      throwIfAborted(context.signal);
      outputs[stage.id] = await runStage(folder, stage, outputs, { context, onEvent });
    }
    return outputs;
  });
}

async function runStage(
  runFolder: string,
  stage: Stage,
  outputs: Readonly<Record<string, StageOutput>>,
  { context, onEvent }: { context: RunContext; onEvent: (event: StageEvent) => void },
): Promise<StageOutput> {
  const inputs = Object.fromEntries(stage.needs.map((need) => [need, outputs[need]!]));
  const rng = context.rng.split('stage', stage.id);
  const stageFingerprint = fingerprint({
    stage: stage.id,
    config: stage.config,
    code: codeVersion(stage.code),
    rng: rng.key,
    inputs: Object.fromEntries(Object.entries(inputs).map(([id, input]) => [id, input.contentHash])),
  });
  const folder = path.join(runFolder, `${stage.id}-${stageFingerprint.slice(0, 12)}`);
  const tell = (state: StageEvent['state']): void => {
    onEvent({ stage: stage.id, title: stage.title, state, folder });
  };

  const known = await readCompleted(folder, stageFingerprint);
  if (known !== undefined) {
    tell('reused');
    return { stage: stage.id, folder, contentHash: known, reused: true };
  }
  tell('started');
  const contentHash = await buildFolderAtomic(folder, stageMarker, async (temporary) => {
    await stage.run(temporary, inputs, { ...context, rng });
    throwIfAborted(context.signal);
    return writeManifest(temporary, stage.id, stageFingerprint);
  });
  tell('completed');
  return { stage: stage.id, folder, contentHash, reused: false };
}

/** Needs before needers, otherwise in the order given. */
export function orderStages(stages: readonly Stage[]): Stage[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  if (byId.size !== stages.length) throw new InternalError('STAGE_GRAPH', 'Two stages have the same id.');
  const ordered: Stage[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, from: string): void => {
    const stage = byId.get(id);
    if (stage === undefined)
      throw new InternalError('STAGE_GRAPH', `Stage '${from}' needs '${id}', which does not exist.`);
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'open') throw new InternalError('STAGE_GRAPH', `Stage '${id}' needs itself.`);
    state.set(id, 'open');
    for (const need of stage.needs) visit(need, id);
    state.set(id, 'done');
    ordered.push(stage);
  };
  for (const stage of stages) visit(stage.id, stage.id);
  return ordered;
}
