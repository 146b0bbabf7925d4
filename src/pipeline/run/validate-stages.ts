import type { Blueprint } from '../../cohort/index.js';
import type { CompiledValidation, SynthesizerInfo } from '../../stages/validate/index.js';
import {
  compileValidation,
  computeReference,
  referenceSchema,
  synthesizerResultSchema,
  validateSynthetic,
} from '../../stages/validate/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { Stage } from '../stage.js';
import { readFeatures } from './features-files.js';
import { readJson, writeJson } from './json-file.js';

const code = [
  'core',
  'runtime',
  'numerics',
  'table',
  'trees',
  'privacy/attacks',
  'stages/validate',
  'stages/*',
];

/** The validation's options from a blueprint. @throws UserError `BAD_OPTIONS`. */
export function planValidation(blueprint: Blueprint): CompiledValidation {
  const { thresholds, bootstrap } = blueprint.validate;
  return compileValidation({
    thresholds: { fidelity: thresholds.fidelity, utility: thresholds.tstrRatio },
    resamples: bootstrap,
  });
}

/** Trains the reference models on real rows, tests them on real test patients (TRTR), and checks split and labels. */
export function referenceStage(options: CompiledValidation): Stage {
  return {
    id: 'reference',
    title: 'Train and test the models on real rows',
    needs: ['features'],
    config: withoutThresholds(options),
    code,
    run: async (folder, inputs, context) => {
      const { train, test, facts } = await readFeatures(inputs['features']!.folder);
      const reference = await computeReference({ train, test, tasks: facts.tasks, options, context });
      await writeJson(folder, 'reference.json', reference);
    },
  };
}

/** Measures one synthesizer's rows against the real ones. */
export function validateStage(
  planned: { readonly name: string; readonly needs: readonly string[] },
  options: CompiledValidation,
  read: (
    inputs: Parameters<Stage['run']>[1],
    context: RunContext,
  ) => Promise<{ info: SynthesizerInfo; synthetic: Table }>,
): Stage {
  return {
    id: `validate-${planned.name}`,
    title: `Measure the rows of ${planned.name}`,
    needs: ['features', 'reference', ...planned.needs],
    config: options,
    code: [...code, 'synthesizers/*'],
    run: async (folder, inputs, context) => {
      const { train, test, facts } = await readFeatures(inputs['features']!.folder);
      const reference = await readJson(inputs['reference']!.folder, 'reference.json', referenceSchema);
      const { info, synthetic } = await read(inputs, context);
      const request = {
        train,
        test,
        synthetic,
        tasks: facts.tasks,
        reference,
        synthesizer: info,
        options,
        context,
      };
      await writeJson(folder, 'result.json', await validateSynthetic(request));
    },
  };
}

/** What {@link validateStage} wrote. */
export function readResult(folder: string): ReturnType<typeof readJson<typeof synthesizerResultSchema>> {
  return readJson(folder, 'result.json', synthesizerResultSchema);
}

/** The reference models do not look at thresholds: another bar must not train them again. */
function withoutThresholds(options: CompiledValidation): unknown {
  return { ...options, thresholds: undefined };
}
