import path from 'node:path';
import { z } from 'zod';
import type { Blueprint } from '../../cohort/index.js';
import type { RunContext } from '../../runtime/index.js';
import { writeFileAtomic } from '../../runtime/index.js';
import { sourceById } from '../../sources/index.js';
import type { Report } from '../../stages/validate/index.js';
import { referenceSchema, refuseFindings, trainingSchema } from '../../stages/validate/index.js';
import { synthesizerById } from '../../synthesizers/index.js';
import type { StageEvent } from '../runner.js';
import { runStages } from '../runner.js';
import type { Stage, StageOutput } from '../stage.js';
import { featuresStage } from './features-stage.js';
import type { RunSettings } from './import-stage.js';
import { importStage } from './import-stage.js';
import { readJson } from './json-file.js';
import { readReport, reportStage } from './report-stage.js';
import type { PlannedSynthesizer } from './synthesizer-stages.js';
import { loadFitted, loadSynthetic, planSynthesizers, synthesizerStages } from './synthesizer-stages.js';
import { planValidation, referenceStage, validateStage } from './validate-stages.js';

/** A run of a blueprint: where it works and on what. */
export interface RunRequest extends RunSettings {
  readonly blueprint: Blueprint;
  /** The run's folder, e.g. `runs/eicu-demo`. */
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
  readonly onEvent?: (event: StageEvent) => void;
}

/** What a run ends with. */
export interface RunResult {
  readonly report: Report;
  readonly reportHtml: string;
  readonly reportJson: string;
  /** Synthetic rows as CSV, by name of the synthesizer. */
  readonly synthetic: Readonly<Record<string, string>>;
  readonly stages: readonly StageOutput[];
}

/**
 * Runs a blueprint from records to report. Stages that are complete and unchanged are reused, so the same call continues an
 * interrupted run.
 * @throws UserError for options that do not fit; DataError `LABEL_LEAK` or PrivacyError `SPLIT_OVERLAP` when the
 *   figures could not be trusted; whatever sources and synthesizers throw.
 */
export async function runBlueprint(request: RunRequest, context: RunContext): Promise<RunResult> {
  const { blueprint, folder, name, seed } = request;
  const planned = planSynthesizers(blueprint);
  const stages = [
    ...(await realStages(request, context)),
    ...planned.flatMap((p) => [...synthesizerStages(p, blueprint.samples), validateFitted(p, request)]),
  ];
  const validated = planned.map((p) => `validate-${p.name}`);
  stages.push(reportStage(blueprint, { name, seed, sourceTitle: sourceTitle(blueprint) }, validated));

  const outputs = await runStages(folder, stages, context, request.onEvent);
  const reportFolder = outputs['report']!.folder;
  const result: RunResult = {
    report: await readReport(reportFolder),
    reportHtml: path.join(reportFolder, 'report.html'),
    reportJson: path.join(reportFolder, 'report.json'),
    synthetic: Object.fromEntries(
      planned.map((p) => [p.name, path.join(outputs[`sample-${p.name}`]!.folder, 'synthetic.csv')]),
    ),
    stages: Object.values(outputs),
  };
  await writeIndex(folder, result);
  return result;
}

/** What the report calls the source of the records. */
export function sourceTitle(blueprint: Blueprint): string {
  return blueprint.kind === 'table' ? blueprint.title : sourceById(blueprint.source.format).title;
}

/** The stages that look at real records only. */
export async function realStages(request: RunRequest, context: RunContext): Promise<Stage[]> {
  const { blueprint } = request;
  const reference = referenceStage(planValidation(blueprint));
  return [
    ...(blueprint.kind === 'cohort' ? [await importStage(blueprint, request, context)] : []),
    await featuresStage(blueprint, request, context),
    reference,
    gateStage,
  ];
}

/** Stops the run when the real data or their split would spoil every figure. */
const gateStage: Stage = {
  id: 'gate',
  title: 'Check split and labels for leaks',
  needs: ['reference'],
  config: null,
  code: ['core', 'stages/validate'],
  run: async (_folder, inputs) => {
    const { findings } = await readJson(inputs['reference']!.folder, 'reference.json', referenceSchema);
    refuseFindings(findings);
  },
};

function validateFitted(planned: PlannedSynthesizer, { blueprint }: RunRequest): Stage {
  const sampleStage = `sample-${planned.name}`;
  const fitStage = `fit-${planned.name}`;
  const { title, generation } = synthesizerById(planned.id);
  return validateStage(
    { name: planned.name, needs: ['gate', fitStage, sampleStage] },
    planValidation(blueprint),
    async (inputs) => {
      const fitted = await loadFitted(planned, inputs[fitStage]!.folder);
      return {
        info: {
          id: planned.name,
          title: planned.name === planned.id ? title : `${title}, ${planned.name}`,
          generation,
          options: z.json().parse(planned.options),
          privacy: fitted.spent,
          training: trainingSchema.optional().parse(fitted.training),
        },
        synthetic: await loadSynthetic(inputs[sampleStage]!.folder),
      };
    },
  );
}

/** `run.json`: where the newest outputs of this run lie, relative to its folder. */
async function writeIndex(folder: string, result: RunResult): Promise<void> {
  const relative = (file: string): string => path.relative(folder, file).split(path.sep).join('/');
  const index = {
    schema: 'anamnesis.run/1',
    report: { html: relative(result.reportHtml), json: relative(result.reportJson) },
    synthetic: Object.fromEntries(Object.entries(result.synthetic).map(([id, file]) => [id, relative(file)])),
    stages: result.stages.map(({ stage, folder: at, contentHash }) => ({
      stage,
      folder: relative(at),
      contentHash,
    })),
  };
  await writeFileAtomic(path.join(folder, 'run.json'), `${JSON.stringify(index, null, 2)}\n`);
}
