import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Json } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import { compileCurator, createCurator } from '../../privacy/index.js';
import type { Curator } from '../../privacy/index.js';
import type { RunContext } from '../../runtime/index.js';
import { buildFolderAtomic, codeVersion } from '../../runtime/index.js';
import { trainingSchema } from '../../stages/validate/index.js';
import { relationText } from '../../synthesizers/relations/index.js';
import { packageVersions } from '../run/versions.js';
import { withRawTable } from './input.js';
import type { Learned } from './learn.js';
import { learnOpenly } from './learn.js';
import { learnPrivately } from './learn-privately.js';
import type { TableManifest } from './manifest.js';
import { modelFolder, modelMarker, writeModelManifest } from './manifest.js';
import type { FitTableRequest, PlannedFit } from './request.js';
import { defaultDelta, planFit } from './request.js';

/** What a person wants to know of a fit. */
export interface FitTableResult extends Pick<Learned, 'setAside' | 'notices' | 'told' | 'columns'> {
  readonly out: string;
  readonly synthesizer: { readonly id: string; readonly title: string };
  /** Relations in words. */
  readonly relations: readonly string[];
  readonly split: TableManifest['split'];
  readonly privacy: TableManifest['privacy'];
  readonly seconds: number;
}

/**
 * Learns a table from a file and writes the model into a folder: everything that `sampleTable` needs, and nothing of the records
 * but what the synthesizer keeps. A real test part is set aside first and never looked at.
 * @throws UserError, DataError and PrivacyError that say what to do; no folder is left then.
 */
export async function fitTable(request: FitTableRequest, context: RunContext): Promise<FitTableResult> {
  const startedMs = context.clock.now();
  const plan = await planFit(request);
  const curator = curatorOf(plan);
  const checkpoint = `${path.resolve(plan.out)}.checkpoint`;
  return buildFolderAtomic(plan.out, modelMarker, async (folder) => {
    const learned = await withRawTable(
      { file: plan.file, memoryLimitMiB: plan.memoryLimitMiB },
      context,
      (raw) =>
        curator === undefined
          ? learnOpenly(raw, plan, { ...context, checkpoint })
          : learnPrivately(raw, plan, curator, context),
    );
    throwIfAborted(context.signal);
    await mkdir(path.join(folder, modelFolder));
    await learned.fitted.save(path.join(folder, modelFolder));
    const manifest = await manifestOf(plan, learned);
    await writeModelManifest(folder, manifest);
    await rm(checkpoint, { recursive: true, force: true });
    const { setAside, notices, told, columns } = learned;
    return {
      out: plan.out,
      synthesizer: { id: plan.model.id, title: plan.model.title },
      columns,
      setAside,
      notices,
      told,
      relations: manifest.relations,
      split: manifest.split,
      privacy: manifest.privacy,
      seconds: (context.clock.now() - startedMs) / 1000,
    };
  });
}

function curatorOf({ budget, unit, curator }: PlannedFit): Curator | undefined {
  if (curator !== undefined || budget === undefined) return curator;
  const { epsilon, delta = defaultDelta, rowsPerUnit = 1 } = budget;
  return createCurator(compileCurator({ epsilon, delta, rowsPerUnit, unit: unit ?? 'row' }));
}

/** Folders whose code decides what a model is. */
const code = [
  'core',
  'runtime',
  'numerics',
  'duckdb',
  'table',
  'tensor',
  'trees',
  'privacy',
  'synthesizers',
  'stages/constraints',
  'pipeline/table',
];

async function manifestOf(
  plan: PlannedFit,
  learned: Learned,
): Promise<Parameters<typeof writeModelManifest>[1]> {
  const versions = await packageVersions();
  const { seed, testShare, unit, labels, schema } = plan;
  return {
    madeBy: {
      version: versions.find((v) => v.name === 'anamnesis')?.version ?? 'unknown',
      code: codeVersion(code).slice(0, 12),
    },
    synthesizer: { id: plan.model.id, options: asJson(plan.compiled) },
    columns: [...learned.columns],
    labels: [...labels],
    setAside: [...learned.setAside],
    dates: learned.dates,
    reading: schema,
    split: { seed, testShare, unit: unit ?? null },
    rows: learned.told?.rows ?? null,
    constraints: learned.constraints,
    relations: learned.relations.map(relationText),
    privacy: learned.fitted.spent,
    training: trainingSchema.optional().parse(learned.fitted.training),
    receipt: asJson(learned.receipt),
  };
}

/** Plain data as JSON; keys without a value are left out. */
function asJson(value: unknown): z.infer<ReturnType<typeof z.json>> & Json {
  return z.json().parse(JSON.parse(JSON.stringify(value ?? null)));
}
