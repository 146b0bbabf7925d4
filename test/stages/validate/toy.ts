import { Rng, systemClock } from '../../../src/core/index.js';
import type { RunContext } from '../../../src/runtime/index.js';
import { silentProgress, WorkerPool } from '../../../src/runtime/index.js';
import type {
  CompiledValidation,
  Reference,
  SynthesizerInfo,
  SynthesizerResult,
  ValidationTask,
} from '../../../src/stages/validate/index.js';
import {
  compileValidation,
  computeReference,
  validateSynthetic,
} from '../../../src/stages/validate/index.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';

/** A made-up ward: acuity drives lactate, whether it was drawn, the diagnosis and death; a patient has one to three stays. */
export const toySchema: readonly ColumnSchema[] = [
  { name: 'subject_id', kind: 'continuous', role: 'key', missing: false },
  { name: 'age', kind: 'count', role: 'anchor', unit: 'a', missing: false },
  { name: 'sex', kind: 'binary', role: 'anchor', missing: false, categories: ['female', 'male'] },
  { name: 'unit', kind: 'categorical', role: 'feature', missing: false, categories: ['ICU', 'MICU', 'SICU'] },
  { name: 'lactate', kind: 'continuous', role: 'feature', unit: 'mmol/L', missing: true },
  { name: 'creatinine', kind: 'continuous', role: 'feature', unit: 'mg/dL', missing: true },
  { name: 'died', kind: 'binary', role: 'label', missing: true, categories: ['no', 'yes'] },
  {
    name: 'dx',
    kind: 'categorical',
    role: 'label',
    missing: false,
    categories: ['sepsis', 'cardiac', 'trauma', 'never seen'],
  },
];

export const toyTasks: readonly ValidationTask[] = [
  { id: 'mortality', title: 'Death', type: 'binary', label: 'died', exclude: [] },
  { id: 'diagnosis', title: 'Diagnosis', type: 'multiclass', label: 'dx', exclude: [] },
];

/** About `rows` rows of patients numbered from `firstSubject` on. */
function toyRows(rows: number, seed: number, firstSubject = 7_000_001): Record<string, Cell>[] {
  const rng = Rng.create(seed).split('toy');
  const out: Record<string, Cell>[] = [];
  for (let subject = firstSubject; out.length < rows; subject++) {
    const age = 20 + rng.int(70);
    const sex = rng.next() < 0.5 ? 'female' : 'male';
    const frailty = rng.normal();
    for (let stay = rng.int(3); stay >= 0; stay--) {
      const acuity = frailty + 0.5 * rng.normal() + (age - 55) / 40;
      const drawn = rng.next() < 0.3 + 0.5 / (1 + Math.exp(-acuity));
      const dx =
        acuity + rng.normal() > 0.8 ? 'sepsis' : rng.next() < 0.5 + 0.3 * frailty ? 'cardiac' : 'trauma';
      const died = rng.next() < 1 / (1 + Math.exp(2.2 - 1.6 * acuity)) ? 'yes' : 'no';
      out.push({
        subject_id: subject,
        age,
        sex,
        unit: dx === 'trauma' ? 'SICU' : rng.next() < 0.6 ? 'MICU' : 'ICU',
        lactate: drawn ? Math.exp(0.4 + 0.5 * acuity + 0.2 * rng.normal()) : null,
        creatinine: rng.next() < 0.9 ? Math.exp(0.3 * acuity + 0.3 * rng.normal()) : null,
        died: rng.next() < 0.97 ? died : null,
        dx,
      });
    }
  }
  return out;
}

export const toyTable = (rows: number, seed: number, firstSubject?: number): Table =>
  tableFromRows(toySchema, toyRows(rows, seed, firstSubject));

export const quick: CompiledValidation = compileValidation({
  resamples: 200,
  mmdRows: 200,
  discriminatorRows: 400,
});

export function contextOf(seed: number, pool = new WorkerPool(1)): RunContext {
  return { rng: Rng.create(seed), clock: systemClock, pool, progress: silentProgress };
}

export const maker: SynthesizerInfo = {
  id: 'toy',
  title: 'Toy',
  generation: 'data-driven',
  options: { leaf: 20 },
  privacy: { kind: 'none', reason: 'a test' },
};

/** Real parts of one made-up ward. */
export const train = toyTable(1500, 1);
export const test = toyTable(700, 2, 8_000_001);

export const referenceOf = (options = quick): Promise<Reference> =>
  computeReference({ train, test, tasks: toyTasks, options, context: contextOf(3) });

export const resultOf = (
  synthetic: Table,
  reference: Reference,
  options = quick,
): Promise<SynthesizerResult> =>
  validateSynthetic({
    train,
    test,
    synthetic,
    tasks: toyTasks,
    reference,
    synthesizer: maker,
    options,
    context: contextOf(4),
  });
