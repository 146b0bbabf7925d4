// The ruler of bench:tables: one synthetic table against the real ones, by the code that `anamnesis table evaluate` runs.
import { Rng, systemClock } from '../../dist/core/index.js';
import { silentProgress } from '../../dist/runtime/index.js';
import { compileValidation, computeReference, validateSynthetic } from '../../dist/stages/validate/index.js';
import { alignTable } from '../../dist/stages/validate/align.js';
import { codeTable, learnBins } from '../../dist/stages/validate/fidelity/coded.js';
import { marginalAccuracy } from '../../dist/stages/validate/fidelity/marginals.js';

/** No columns are guessed: attribute inference has no mark to be held against. */
const options = (subjectKey) => compileValidation({ resamples: 200, subjectKey, privacy: { sensitive: [] } });

/** A ruler for a table: the models on real rows are trained once, by the same streams for every synthesizer. */
export async function makeRuler({ train, test, labels, exclude, subjectKey }, pool) {
  const tasks = labels.map((label) => ({
    id: label,
    title: label,
    type: 'binary',
    label,
    exclude: exclude[label] ?? [],
  }));
  const compiled = options(subjectKey);
  const context = () => ({ rng: Rng.create('ruler'), clock: systemClock, pool, progress: silentProgress });
  const reference = await computeReference({ train, test, tasks, options: compiled, context: context() });
  const trtr = Object.fromEntries(
    reference.tasks.flatMap(({ published: t }) => t.models.map((m) => [`${t.id}/${m.model}`, m.trtr.auc])),
  );
  const measure = async (synthetic, synthesizer) => {
    const result = await validateSynthetic({
      train,
      test,
      synthetic,
      tasks,
      reference,
      synthesizer,
      options: compiled,
      context: context(),
    });
    return figuresOf(result, accuracyOf(alignTable(train, train), alignTable(synthetic, train)));
  };
  return { trtr, measure };
}

/** Mean 1 − TVD over all 1-, 2- and 3-way tables in 10 bins, all synthetic rows against all training rows. */
function accuracyOf(train, synthetic) {
  const bins = learnBins(train.columns, 10);
  const pair = {
    real: codeTable(train, bins),
    realRows: train.rows,
    other: codeTable(synthetic, bins),
    otherRows: synthetic.rows,
  };
  const orders = marginalAccuracy(pair, 100_000, Rng.create('ruler'));
  return orders.reduce((total, o) => total + o.value, 0) / orders.length;
}

function figuresOf(result, accuracy) {
  const metrics = result.layers.flatMap((l) => l.metrics);
  const valueOf = (id) => metrics.find((m) => m.id === id)?.value ?? null;
  const marginals = result.fidelity.placed.find((p) => p.id === 'marginals');
  const { privacy } = result;
  const attacks = privacy.status === 'computed' ? privacy.attacks : [];
  const strongest = attacks.find((a) => a.id === privacy.strongest);
  const at = (rate) => (privacy.status === 'computed' ? privacy.rates.indexOf(rate) : -1);
  const most = (rate) => (at(rate) === -1 ? null : Math.max(...attacks.map((a) => a.tpr[at(rate)].value)));
  const ratios = Object.fromEntries(
    result.utility.tasks.flatMap((t) =>
      t.status === 'computed'
        ? t.models.map((m) => [`${t.id}/${m.model}`, { tstr: m.tstr.auc, ratio: m.ratio.value }])
        : [],
    ),
  );
  return {
    accuracy,
    accuracyEqualRows: marginals?.value ?? null,
    floor: marginals?.floor ?? null,
    ceiling: marginals?.ceiling ?? null,
    place: marginals?.place ?? null,
    twoSampleAuc: valueOf('fidelity.discriminator'),
    ratio: result.utility.meanRatio?.value ?? null,
    ratios,
    membershipAuc: strongest?.auc.value ?? null,
    strongestAttack: strongest?.id ?? null,
    differenceAuc: attacks.find((a) => a.id === 'closest-record-difference')?.auc.value ?? null,
    remoteAuc:
      privacy.status === 'computed'
        ? (attacks.find((a) => a.id === privacy.strongestRemote)?.remote?.auc.value ?? null)
        : null,
    tpr1: most(0.01),
    tpr10: most(0.1),
    nearerTraining: valueOf('privacy.nearer-training'),
    controlAuc: privacy.status === 'computed' ? privacy.control.auc : null,
    controlCaught: privacy.status === 'computed' ? privacy.control.caught : null,
    copyAuc: privacy.status === 'computed' ? privacy.control.copy : null,
    copiedRows: valueOf('validity.copied-share'),
  };
}
