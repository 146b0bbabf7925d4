import type { Coding, Observation, ObservationValue, Origin } from '../../../../cohort/index.js';
import type { StayCourse, StayData } from '../../stay/index.js';
import { encounterNow } from '../encounters.js';
import { parts } from '../life.js';
import type { Life, Root } from '../life.js';
import type { CompileContext } from '../program.js';

const bloodPressure: readonly Coding[] = [
  { system: 'LOINC', code: '85354-9', display: 'Blood pressure panel with all children optional' },
];

/** How a signal is recorded. */
interface SignalForm {
  readonly codes: readonly Coding[];
  readonly category: Observation['category'];
  readonly unit: string;
  readonly decimals: number;
  readonly referenceRange: Observation['referenceRange'];
}

/** What is measured and ordered, by id; of an order its panel, where it has one. */
interface Known {
  readonly signals: ReadonlyMap<string, SignalForm>;
  readonly panels: ReadonlyMap<string, { readonly codes: readonly Coding[]; readonly cost: number }>;
}

function knownOf({ signals, orders }: StayData, { world }: CompileContext): Known {
  const form = ({ code, category, unit, decimals }: StayData['signals'][number]): SignalForm => {
    const facts = world.labFacts(code.code);
    const referenceRange = facts === undefined ? null : { low: facts.low, high: facts.high };
    return { codes: [code], category, unit, decimals, referenceRange };
  };
  const panels = orders.flatMap(({ id, panel }) => {
    if (panel === null) return [];
    const code: Coding = { system: 'LOINC', ...panel };
    return [[id, { codes: [code], cost: world.reportCost(code) }] as const];
  });
  return { signals: new Map(signals.map((signal) => [signal.id, form(signal)])), panels: new Map(panels) };
}

type Round = StayCourse['rounds'][number];

/** Records what one round in a hospital measured: an observation a signal, blood pressure as a panel, and the order's report. */
export function roundRecorder(
  origin: Origin,
  context: CompileContext,
): (life: Life, root: Root, round: Round) => void {
  const known = knownOf(context.stay, context);
  return (life, root, round) => {
    recordRound(life, root, { round, origin, known });
  };
}

interface Rounded {
  readonly round: Round;
  readonly origin: Origin;
  readonly known: Known;
}

function recordRound(life: Life, root: Root, { round, origin, known }: Rounded): void {
  const encounter = encounterNow(life, root);
  const time = life.now;
  const { observations } = life.record;
  const add = (codes: readonly Coding[], entry: Rest): void => {
    const { category, value, components, referenceRange } = entry;
    observations.push({
      id: '',
      codes,
      encounter,
      origin,
      time,
      category,
      value,
      components,
      referenceRange,
    });
  };
  let systolic: number | undefined;
  let diastolic: number | undefined;
  let mean: number | undefined;
  const shown: number[] = [];
  for (const { signal, value } of round.readings) {
    if (signal === 'systolic') systolic = value;
    else if (signal === 'diastolic') diastolic = value;
    else if (signal === 'mean_pressure') mean = value;
    else {
      const form = known.signals.get(signal)!;
      const { codes, category, referenceRange } = form;
      shown.push(observations.length);
      add(codes, { category, value: quantity(form, value), components: none, referenceRange });
      life.latest.set(codes[0]!.code, value);
    }
  }
  if (systolic !== undefined && diastolic !== undefined) {
    const [upper, lower] = [known.signals.get('systolic')!, known.signals.get('diastolic')!];
    const components = [
      { codes: upper.codes, value: quantity(upper, systolic) },
      { codes: lower.codes, value: quantity(lower, Math.min(diastolic, systolic - 1)) },
    ];
    if (mean !== undefined) {
      const form = known.signals.get('mean_pressure')!;
      components.push({ codes: form.codes, value: quantity(form, mean) });
    }
    add(bloodPressure, { category: 'vital-signs', value: null, components, referenceRange: null });
  }
  const panel = known.panels.get(round.order);
  if (panel !== undefined && shown.length > 0) {
    const { codes, cost } = panel;
    life.record.reports.push({
      id: '',
      codes,
      encounter,
      origin,
      time,
      category: 'LAB',
      observations: shown,
      cost,
    });
  }
  life.touch(parts.observations);
}

type Rest = Pick<Observation, 'category' | 'value' | 'components' | 'referenceRange'>;
const none: readonly [] = [];

function quantity({ unit, decimals }: SignalForm, value: number): ObservationValue {
  return { kind: 'quantity', value, unit, decimals };
}
