import { sampleIndexes } from '../../../numerics/index.js';
import type { MixedRows, MixedSpace, Scores } from '../../../privacy/index.js';
import { encodeRows, learnSpace, membershipScores, stackRows, takeRows } from '../../../privacy/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { Table } from '../../../table/index.js';
import type { PrivacyDetail, SynthesizerInfo, ValidationTask } from '../../document.js';
import type { Layer } from '../../metric.js';
import { stackTables } from '../align.js';
import type { CompiledValidation } from '../options.js';
import type { Subjects } from '../subjects.js';
import { measureMembership } from './attack-figures.js';
import { attributeFigures } from './attributes.js';
import { classifierScores } from './classifier.js';
import type { Distances } from './distances.js';
import { distanceHistogram, measureDistances } from './distances.js';
import { noPrivacyLayer, privacyLayer, raisesAlarm } from './layer.js';
import type { AttackRows } from './parts.js';
import { dealRows } from './parts.js';

/** Share of the rows that the positive control replaces by copies of training rows. */
const PLANTED_SHARE = 0.1;
/** Columns guessed where none are named: the labels of this many tasks. */
const DEFAULT_COLUMNS = 4;

/** Three aligned tables (modelled columns, equal codes) and the patients of the real ones. */
export interface PrivacyInput {
  readonly train: Table;
  readonly test: Table;
  readonly synthetic: Table;
  readonly trainSubjects: Subjects;
  readonly testSubjects: Subjects;
  readonly tasks: readonly ValidationTask[];
  readonly claim: SynthesizerInfo['privacy'];
  readonly options: CompiledValidation;
  readonly context: RunContext;
}

/**
 * Layer 6: membership and attribute inference and distances, with control groups and a positive control. Attackers know the synthetic
 * rows and some held-out rows of the population; they train no shadow models.
 */
export async function measurePrivacy(
  input: PrivacyInput,
): Promise<{ readonly layer: Layer; readonly detail: PrivacyDetail }> {
  const { options, context, claim } = input;
  const rows = dealRows(
    { train: input.trainSubjects, test: input.testSubjects, syntheticRows: input.synthetic.rows },
    options.privacy,
    context.rng.split('rows'),
  );
  if ('notComputable' in rows) {
    return {
      layer: noPrivacyLayer(rows.notComputable, claim, options.thresholds),
      detail: { status: 'not-computable', reason: rows.notComputable },
    };
  }
  const progress = context.progress.task('Attacks on privacy', 3);
  const tables = tablesOf(input, rows);
  const space = learnSpace(tables.reference, [input.train, input.test, input.synthetic]);
  const scores = await attackBoth(tables, space, input);
  const results = measureMembership(scores, rows.targets, {
    resamples: options.privacy.resamples,
    level: options.level,
    rng: context.rng.split('figures'),
  });
  progress.advance();
  const columns = sensitiveColumns(input);
  const attributes = [];
  for (const column of columns) {
    attributes.push(await attributeFigures({ space, ...tables }, column, options.level, context));
  }
  progress.advance();
  const distances = await distancesOf(input, { rows, tables, space });
  progress.done();
  const at = results.rates.indexOf(0.01);
  const detail = {
    status: 'computed' as const,
    targets: {
      members: rows.members.length,
      others: rows.others.length,
      remote: results.remote,
      reference: rows.reference.length,
      synthetic: rows.synthetic.length,
    },
    level: options.level,
    resamples: options.privacy.resamples,
    rates: [...results.rates],
    attacks: [...results.attacks],
    strongest: results.strongest.id,
    strongestRemote: results.strongestRemote?.id ?? null,
    chance: results.chance,
    control: {
      copies: tables.copies.rows,
      caught: raisesAlarm(results.planted, results.chance, options.thresholds),
      auc: results.planted.auc,
      tpr: at === -1 ? null : results.planted.found,
      copy: distances.copy,
    },
    attributes,
    distances: {
      ...distances.figures,
      histogram: distanceHistogram(scores.distance, rows.targets.member),
    },
  };
  return { layer: privacyLayer(results, detail, claim, options), detail };
}

interface AttackTables {
  readonly members: Table;
  readonly others: Table;
  readonly reference: Table;
  readonly synthetic: Table;
  /** The positive control: training rows, and the synthetic rows that they replace. */
  readonly copies: Table;
  readonly replaced: Uint32Array;
}

function tablesOf({ train, test, synthetic, context }: PrivacyInput, rows: AttackRows): AttackTables {
  const rng = context.rng.split('planted');
  const planted = Math.min(train.rows, Math.max(1, Math.round(PLANTED_SHARE * rows.synthetic.length)));
  return {
    members: train.take(rows.members),
    others: test.take(rows.others),
    reference: test.take(rows.reference),
    synthetic: synthetic.take(rows.synthetic),
    copies: train.take(sampleIndexes(train.rows, planted, rng.split('copies'))),
    replaced: sampleIndexes(rows.synthetic.length, planted, rng.split('replaced')),
  };
}

/** Scores of every attack on the rows and on the positive control. */
async function attackBoth(
  tables: AttackTables,
  space: MixedSpace,
  { options, context }: PrivacyInput,
): Promise<{ observed: Scores; planted: Scores; remoteness: Float64Array; distance: Float64Array }> {
  const encode = (table: Table): MixedRows => encodeRows(space, table);
  const { densityRows } = options.privacy;
  const found = await membershipScores(
    {
      targets: stackRows(encode(tables.members), encode(tables.others)),
      reference: encode(tables.reference),
      synthetic: encode(tables.synthetic),
      planted: { replaced: tables.replaced, copies: encode(tables.copies) },
      densityRows,
    },
    { ...context, rng: context.rng.split('membership') },
  );
  const [observed, planted] = await classifierScores(
    {
      targets: stackTables(tables.members, tables.others),
      reference: tables.reference,
      synthetics: [tables.synthetic, plantedTable(tables)],
    },
    { rows: densityRows, rng: context.rng.split('classifier') },
    context,
  );
  return {
    ...found,
    observed: new Map([...found.observed, ['classifier', observed!]]),
    planted: new Map([...found.planted, ['classifier', planted!]]),
  };
}

/** The synthetic rows with copies in the place of some. */
function plantedTable({ synthetic, copies, replaced }: AttackTables): Table {
  const place = Uint32Array.from({ length: synthetic.rows }, (_, i) => i);
  for (const [i, row] of replaced.entries()) place[row] = synthetic.rows + i;
  return stackTables(synthetic, copies).take(place);
}

/** As many training as held-out rows, so that neither side is nearer by number. */
function distancesOf(
  { train, test, options, context }: PrivacyInput,
  parts: { readonly rows: AttackRows; readonly tables: AttackTables; readonly space: MixedSpace },
): Promise<Distances> {
  const { tables, space } = parts;
  const rng = context.rng.split('distances');
  const among = Math.min(train.rows, test.rows, options.privacy.reference);
  const draw = (table: Table, label: string): MixedRows =>
    encodeRows(space, table.take(sampleIndexes(table.rows, among, rng.split(label))));
  return measureDistances(
    {
      synthetic: encodeRows(space, tables.synthetic),
      train: draw(train, 'train'),
      heldOut: draw(test, 'held-out'),
      fresh: takeRows(encodeRows(space, tables.others), sampleIndexes(tables.others.rows, among, rng)),
    },
    options.level,
    { ...context, rng },
  );
}

function sensitiveColumns({ options, tasks, train }: PrivacyInput): string[] {
  const named = options.privacy.sensitive ?? tasks.map((t) => t.label);
  const known = [...new Set(named)].filter((name) => train.has(name) && train.columns.length > 1);
  return options.privacy.sensitive === undefined ? known.slice(0, DEFAULT_COLUMNS) : known;
}
