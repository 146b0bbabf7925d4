import path from 'node:path';
import { mkdir, rm } from 'node:fs/promises';
import type { Blueprint } from '../../cohort/index.js';
import type { FittedSynthesizer } from '../../synthesizers/index.js';
import { synthesizerById } from '../../synthesizers/index.js';
import { loadTable, saveTable, writeCsv } from '../../table/index.js';
import type { Stage } from '../stage.js';
import { modelled, readFeatures } from './features-files.js';

/** A synthesizer as a blueprint asks for it: registered id, name in the run, compiled options. */
export interface PlannedSynthesizer {
  readonly id: string;
  readonly name: string;
  readonly options: unknown;
}

const baseCode = ['core', 'runtime', 'numerics', 'table', 'trees', 'tensor'];

/** Checks the options of every synthesizer of a blueprint. @throws UserError `NO_SYNTHESIZER`, `BAD_OPTIONS`, `SAME_NAME`. */
export function planSynthesizers(blueprint: Blueprint): PlannedSynthesizer[] {
  return blueprint.synthesizers.map(({ id, name, options }) => ({
    id,
    name: name ?? id,
    options: synthesizerById(id).compile(options),
  }));
}

/** `fit-<name>` learns from the train part, `sample-<name>` draws rows from the model. */
export function synthesizerStages(planned: PlannedSynthesizer, samples: number | 'train'): Stage[] {
  const synthesizer = synthesizerById(planned.id);
  const code = [...baseCode, 'synthesizers/*', `synthesizers/${planned.id}`];
  const fit: Stage = {
    id: `fit-${planned.name}`,
    title: `Fit ${planned.name} on the real train part`,
    needs: ['features'],
    config: { synthesizer: planned.id, options: planned.options },
    code,
    run: async (folder, inputs, context) => {
      const { train } = await readFeatures(inputs['features']!.folder);
      // beside the stage's folder, which an interruption leaves nothing of
      const checkpoint = path.join(path.dirname(folder), `.fit-${planned.name}.checkpoint`);
      const fitted = await synthesizer.fit(modelled(train), planned.options, { ...context, checkpoint });
      await mkdir(path.join(folder, 'model'));
      await fitted.save(path.join(folder, 'model'));
      await rm(checkpoint, { recursive: true, force: true });
    },
  };
  const sample: Stage = {
    id: `sample-${planned.name}`,
    title: `Draw synthetic rows from ${planned.name}`,
    needs: [fit.id, 'features'],
    config: { samples },
    code,
    run: async (folder, inputs, context) => {
      const fitted = await loadFitted(planned, inputs[fit.id]!.folder);
      const rows =
        samples === 'train' ? (await readFeatures(inputs['features']!.folder)).train.rows : samples;
      const table = await fitted.sample(rows, { rng: context.rng }, context);
      await saveTable(folder, table);
      await writeCsv(path.join(folder, 'synthetic.csv'), table);
    },
  };
  return [fit, sample];
}

/** The model that a fit stage wrote. */
export function loadFitted(planned: PlannedSynthesizer, fitFolder: string): Promise<FittedSynthesizer> {
  return synthesizerById(planned.id).load(path.join(fitFolder, 'model'));
}

/** The rows that a sample stage wrote. */
export const loadSynthetic = loadTable;
