import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { AssociationMaps, SynthesizerInfo, SynthesizerResult, ValidationTask } from '../document.js';
import { alignTable } from './align.js';
import { copiesLayer } from './checks/copies.js';
import { measureFidelity } from './fidelity/index.js';
import { similarityModule } from './fidelity/similarity.js';
import { histogramsOf } from './histograms.js';
import type { CompiledValidation } from './options.js';
import type { Reference } from './reference.js';
import { subjectsOf } from './subjects.js';
import { measurePrivacy } from './privacy/index.js';
import { summarise } from './trilemma.js';
import { measureUtility } from './utility.js';
import { judge } from './verdict.js';

/** Columns that an association map shows at most. */
const MAP_COLUMNS = 40;

/** Real tables with key columns, the rows to judge, and the reference computed from the same real tables and options. */
export interface ValidationRequest {
  readonly train: Table;
  readonly test: Table;
  readonly synthetic: Table;
  readonly tasks: readonly ValidationTask[];
  readonly reference: Reference;
  readonly synthesizer: SynthesizerInfo;
  readonly options: CompiledValidation;
  readonly context: RunContext;
}

/**
 * Measures one synthesizer's rows: fidelity (layer 1), utility (layer 4), privacy (layer 6), copies, verdict and pictures. The same request
 * gives the same bytes for any number of workers.
 * @throws DataError `SYNTHETIC_SCHEMA` when the rows lack columns of the real table.
 */
export async function validateSynthetic(request: ValidationRequest): Promise<SynthesizerResult> {
  const { reference, options, context } = request;
  const train = alignTable(request.train, request.train);
  const test = alignTable(request.test, request.train);
  const synthetic = alignTable(request.synthetic, request.train);
  const utility = await measureUtility({ ...request, synthetic, context: within(context, 'utility') });
  const fidelity = await measureFidelity({
    train,
    test,
    synthetic,
    trainSubjects: subjectsOf(request.train, options.subjectKey).ofRow,
    options,
    context: within(context, 'fidelity'),
  });
  const privacy = await measurePrivacy({
    train,
    test,
    synthetic,
    trainSubjects: subjectsOf(request.train, options.subjectKey),
    testSubjects: subjectsOf(request.test, options.subjectKey),
    tasks: request.tasks,
    claim: request.synthesizer.privacy,
    options,
    context: within(context, 'privacy'),
  });
  const layers = [
    fidelity.layer,
    utility.layer,
    privacy.layer,
    copiesLayer({ train, test, synthetic }, options),
  ];
  const { tasks, meanRatio } = utility;
  return {
    schema: 'anamnesis.synthesizer-result/1',
    synthesizer: request.synthesizer,
    rows: synthetic.rows,
    verdict: judge({ reference, tasks, meanRatio, layers, thresholds: options.thresholds }),
    layers,
    fidelity: fidelity.detail,
    utility: { meanRatio, tasks },
    histograms: histogramsOf(train, synthetic),
    associations: await associationMaps(train, synthetic, context),
    privacy: privacy.detail,
    trilemma: summarise({
      layers,
      meanRatio,
      fidelity: fidelity.detail,
      privacy: privacy.detail,
      train,
      test,
      synthetic,
      options,
      rng: context.rng.split('trilemma'),
    }),
  };
}

function within(context: RunContext, label: string): RunContext {
  return { ...context, rng: context.rng.split(label) };
}

type Matrix = (number | null)[][];

/** Maps of the columns with the strongest real associations, in table order. */
async function associationMaps(real: Table, synthetic: Table, context: RunContext): Promise<AssociationMaps> {
  const [a, b] = await context.pool.map<Matrix>(
    [real, synthetic].map((table) => ({
      module: similarityModule,
      task: 'associationTask',
      input: table.columns,
    })),
    { signal: context.signal },
  );
  const strength = a!.map((row) => row.reduce<number>((total, x) => total + Math.abs(x ?? 0), 0));
  const shown = [...strength.keys()]
    .sort((i, j) => strength[j]! - strength[i]! || i - j)
    .slice(0, MAP_COLUMNS)
    .sort((i, j) => i - j);
  const cut = (matrix: Matrix): Matrix => shown.map((i) => shown.map((j) => matrix[i]![j] ?? null));
  const [realMap, syntheticMap] = [cut(a!), cut(b!)];
  return {
    columns: shown.map((i) => real.columns[i]!.schema.name),
    of: real.columns.length,
    real: realMap,
    synthetic: syntheticMap,
    difference: realMap.map((row, i) => row.map((x, j) => minus(syntheticMap[i]![j] ?? null, x))),
  };
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
