import path from 'node:path';
import type { Blueprint } from '../../cohort/index.js';
import { CohortStore } from '../../cohort/index.js';
import { renderReport } from '../../stages/report/index.js';
import type { ReportMeta } from '../../stages/validate/index.js';
import { assembleReport, referenceSchema, reportSchema } from '../../stages/validate/index.js';
import { codeVersion, writeFileAtomic } from '../../runtime/index.js';
import { fingerprint } from '../../core/index.js';
import type { Stage, StageOutput } from '../stage.js';
import type { StoredFacts } from './features-files.js';
import { readFeatures } from './features-files.js';
import { storeName } from './import-stage.js';
import { readJson, writeJson } from './json-file.js';
import { readResult } from './validate-stages.js';
import { packageVersions } from './versions.js';

/** What the report says of the run beside its figures. */
export interface ReportAbout {
  readonly name: string;
  readonly seed: number;
  readonly sourceTitle: string;
}

/** Puts the results together: `report.json` and `report.html`. */
export function reportStage(
  blueprint: Blueprint,
  about: ReportAbout,
  validateStages: readonly string[],
): Stage {
  const { title, purpose, source } = blueprint;
  const needsImport = blueprint.kind === 'cohort' ? ['import'] : [];
  return {
    id: 'report',
    title: 'Write the report',
    needs: [...needsImport, 'features', 'reference', ...validateStages],
    config: { about, title, purpose, source: source.format },
    code: ['core', 'numerics', 'table', 'stages'],
    run: async (folder, inputs) => {
      const { train, test, facts } = await readFeatures(inputs['features']!.folder);
      const meta: ReportMeta = {
        name: about.name,
        title,
        purpose,
        source: { id: source.format, title: about.sourceTitle },
        dataKind: source.format === 'reference-hospital' ? 'reference-hospital' : 'real',
        unit: facts.unit,
        train: { rows: train.rows, patients: facts.trainSubjects },
        test: { rows: test.rows, patients: facts.testSubjects },
        seed: String(about.seed),
        codeVersion: codeVersion(['core', 'numerics', 'table', 'trees', 'stages']).slice(0, 12),
        notes: await notesOf(inputs),
        provenance: await provenanceOf(blueprint, facts, inputs),
      };
      const report = assembleReport({
        meta,
        columns: train.schema,
        reference: await readJson(inputs['reference']!.folder, 'reference.json', referenceSchema),
        results: await Promise.all(validateStages.map((id) => readResult(inputs[id]!.folder))),
      });
      await writeJson(folder, 'report.json', report);
      await writeFileAtomic(path.join(folder, 'report.html'), renderReport(report));
    },
  };
}

/** What a report stage wrote. */
export function readReport(folder: string): ReturnType<typeof readJson<typeof reportSchema>> {
  return readJson(folder, 'report.json', reportSchema);
}

type Inputs = Readonly<Record<string, StageOutput>>;

async function notesOf(inputs: Inputs): Promise<string[]> {
  const imported = inputs['import'];
  if (imported === undefined) return [];
  const store = await CohortStore.open(path.join(imported.folder, storeName));
  return [...store.manifest.report.remarks];
}

async function provenanceOf(
  blueprint: Blueprint,
  facts: StoredFacts,
  inputs: Inputs,
): Promise<NonNullable<ReportMeta['provenance']>> {
  return {
    cohort: facts.steps.map(({ title, units, subjects }) => ({
      step: title,
      rows: units,
      patients: subjects,
    })),
    hashes: [
      { name: 'blueprint', sha256: fingerprint(blueprint) },
      ...Object.values(inputs).map(({ stage, contentHash }) => ({ name: stage, sha256: contentHash })),
    ],
    versions: await packageVersions(),
  };
}
