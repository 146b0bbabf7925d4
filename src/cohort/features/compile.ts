import type {
  Aggregate,
  AttributeFeature,
  CodeEntry,
  CodeFeature,
  CohortBlueprint,
  EncounterFeature,
  EventGroup,
} from '../blueprint/index.js';
import { attributeOf, eventColumn, keyColumns, labelColumn, staticWindow } from '../blueprint/index.js';
import { sqlName } from '../../duckdb/index.js';
import type { ColumnRole } from '../../table/index.js';
import { analytes } from '../vocabulary/analytes.js';
import { encounterCountSql } from './event-sql.js';
import { planTask } from './label-sql.js';
import type { CompiledBlueprint, DiagnosisPlan, EventBase, PlannedColumn, PlannedTask } from './plan.js';
import { cohortRules, unitSql } from './unit-sql.js';

type Attribute = AttributeFeature | AttributeFeature['attribute'];

/** Turns a blueprint into SQL and a schema. Reads nothing: the same blueprint runs on any cohort store, real or synthetic. */
export function compileBlueprint(blueprint: CohortBlueprint): CompiledBlueprint {
  const events = blueprint.features.events.map((group) => planGroup(group, blueprint));
  const bases: EventBase[] = [];
  const eventColumns: PlannedColumn[] = [];
  for (const plan of events.flat()) {
    const base = { ...plan.base, id: bases.length };
    bases.push(base);
    eventColumns.push(...plan.columns(base));
  }
  const encounters = Object.entries(blueprint.features.encounters);
  const { tasks, diagnosis } = planTasks(blueprint);
  const { split } = blueprint;
  return {
    name: blueprint.name,
    unitSql: unitSql(blueprint.cohort.unit),
    rules: cohortRules(blueprint),
    bases,
    encounterSql: encounters.map(([, spec]) =>
      encounterCountSql(spec.class, windowOf(blueprint, spec.window)),
    ),
    columns: [
      ...keyColumnPlans(),
      ...Object.entries(blueprint.anchors).map(([name, spec]) => planAttribute(name, 'anchor', spec)),
      ...Object.entries(blueprint.features.attributes).map(([name, spec]) =>
        planAttribute(name, 'feature', spec),
      ),
      ...encounters.map(([name, spec], i) => planEncounters(name, i, spec)),
      ...eventColumns,
    ],
    tasks,
    diagnosis,
    split: {
      testShare: split.testShare,
      seed: split.seed ?? blueprint.seed,
      stratify: split.stratify === undefined ? undefined : labelColumn(split.stratify),
    },
  };
}

function windowOf(blueprint: CohortBlueprint, name: string): { from: number; to: number } {
  return blueprint.windows[name]!; // parseBlueprint has checked the reference
}

function keyColumnPlans(): PlannedColumn[] {
  const [subject, encounter] = keyColumns;
  return [
    { name: subject, role: 'key', kind: 'count', sql: 'u.subject_id', decimals: 0, description: 'patient' },
    { name: encounter, role: 'key', kind: 'categorical', sql: 'u.encounter_id', description: 'unit' },
  ];
}

function planAttribute(name: string, role: ColumnRole, given: Attribute): PlannedColumn {
  const spec = typeof given === 'string' ? { attribute: given, otherBelow: 10 } : given;
  const attribute = attributeOf(spec.attribute);
  const column = `u.${sqlName(attribute.name)}`;
  const description = spec.description ?? attribute.description;
  if (attribute.kind === 'categorical') {
    const sql = `nullif(trim(${column}), '')`;
    return { name, role, kind: 'categorical', sql, otherBelow: spec.otherBelow, description };
  }
  const decimals = spec.decimals ?? attribute.decimals ?? 0;
  // Age is counted in completed years, as people do.
  const sql = attribute.name === 'age' ? floorTo(column, decimals) : `round(${column}, ${decimals})`;
  return { name, role, kind: 'continuous', sql, unit: spec.unit ?? attribute.unit, decimals, description };
}

function floorTo(sql: string, decimals: number): string {
  return `floor(${sql} * ${10 ** decimals}) / ${10 ** decimals}`;
}

function planEncounters(name: string, number: number, spec: EncounterFeature): PlannedColumn {
  return {
    name,
    role: 'feature',
    kind: 'count',
    sql: `coalesce(o${number}.n, 0)`,
    decimals: 0,
    description: spec.description ?? `${spec.class.join(' and ')} encounters, ${spec.window}`,
  };
}

interface BasePlan {
  readonly base: Omit<EventBase, 'id'>;
  readonly columns: (base: EventBase) => PlannedColumn[];
}

function planGroup(group: EventGroup, blueprint: CohortBlueprint): BasePlan[] {
  const window = group.window === staticWindow ? staticWindow : windowOf(blueprint, group.window);
  const aggregates = [...new Set(group.aggregates)];
  return Object.entries(group.codes).map(([feature, given]) => {
    const spec = featureOf(given);
    const codes = [spec.code].flat();
    return {
      base: {
        codes: codes.filter((c) => !c.endsWith('*')),
        prefixes: codes.filter((c) => c.endsWith('*')).map((c) => c.slice(0, -1)),
        window,
        value: group.value,
        group: group.group,
        aggregates,
      },
      columns: (base) => {
        const words = wordsOf(codes, group.window);
        return aggregates.map((aggregate) =>
          planAggregate(aggregate, base, {
            name: eventColumn(feature, aggregate, { ...group, aggregates }),
            unit: spec.unit ?? words.unit,
            decimals: spec.decimals,
            description: `${spec.description ?? words.text}, ${aggregate}`,
            otherBelow: group.otherBelow,
            kind: group.kind,
          }),
        );
      },
    };
  });
}

function featureOf(entry: CodeEntry): CodeFeature {
  return typeof entry === 'string' || Array.isArray(entry) ? { code: entry } : entry;
}

/** What a reader should know of a feature: its code, the code's display and the window. */
function wordsOf(codes: readonly string[], window: string): { text: string; unit: string | undefined } {
  const known = codes.flatMap((code) => analytes.find((a) => `LOINC//${a.loinc}` === code) ?? []);
  const display = known[0] === undefined ? '' : ` ${known[0].display}`;
  const more = codes.length > 1 ? ` (and ${codes.length - 1} more)` : '';
  return { text: `${codes[0] ?? ''}${more}${display}, ${window}`, unit: known[0]?.unit };
}

interface Words {
  readonly name: string;
  readonly unit: string | undefined;
  readonly decimals: number | undefined;
  readonly description: string;
  readonly otherBelow: number;
  readonly kind: EventGroup['kind'];
}

/** Numbers that carry no declared decimals keep at most this many, which removes the noise of unit conversion. */
const mostDecimals = 6;
/** Decimals of a mean or slope beyond those of its numbers; numbers without declared decimals count as having two. */
const usualDecimals = 2;

function planAggregate(aggregate: Aggregate, base: EventBase, words: Words): PlannedColumn {
  const { name, description, otherBelow } = words;
  const n = `w.b${base.id}_n`;
  const common = { name, role: 'feature', description } as const;
  if (aggregate === 'count') return { ...common, kind: 'count', sql: `coalesce(${n}, 0)`, decimals: 0 };
  if (aggregate === 'any') return { ...common, kind: 'binary', sql: `CASE WHEN ${n} > 0 THEN 1 ELSE 0 END` };
  const sql = `w.b${base.id}_${aggregate}`;
  if (base.value !== 'number') return { ...common, kind: 'categorical', sql, group: base.group, otherBelow };
  if (words.kind === 'binary') return { ...common, kind: 'binary', sql: `CAST(${sql} > 0 AS INTEGER)` };
  const unit = aggregate === 'slope' && words.unit !== undefined ? `${words.unit}/h` : words.unit;
  const decimals = decimalsOf(aggregate, words.decimals);
  const rounded = `round(${sql}, ${decimals ?? mostDecimals})`;
  return { ...common, kind: words.kind, sql: rounded, unit, decimals };
}

function decimalsOf(aggregate: Aggregate, declared: number | undefined): number | undefined {
  if (aggregate === 'mean') return (declared ?? usualDecimals) + 1;
  if (aggregate === 'slope') return (declared ?? usualDecimals) + 2;
  return declared;
}

function planTasks(blueprint: CohortBlueprint): { tasks: PlannedTask[]; diagnosis: DiagnosisPlan[] } {
  const tasks: PlannedTask[] = [];
  const diagnosis: DiagnosisPlan[] = [];
  for (const spec of blueprint.tasks) {
    const planned = planTask(spec, blueprint.index, diagnosis.length);
    if (planned.diagnosis !== undefined) diagnosis.push(planned.diagnosis);
    const derived = spec.task === 'primary-diagnosis' ? saysDiagnosis(blueprint, spec.system) : [];
    tasks.push({ ...planned.task, exclude: [...new Set([...planned.task.exclude, ...derived])] });
  }
  return { tasks, diagnosis };
}

/** Columns that may say the diagnosis: those of the same code system, and the reasons of encounters. */
function saysDiagnosis(blueprint: CohortBlueprint, system: string): string[] {
  const attributes = [...Object.entries(blueprint.anchors), ...Object.entries(blueprint.features.attributes)]
    .filter(([, given]) => (typeof given === 'string' ? given : given.attribute).endsWith('.reason_code'))
    .map(([name]) => name);
  const events = blueprint.features.events.flatMap((group) =>
    Object.entries(group.codes).flatMap(([feature, given]) => {
      const same = [featureOf(given).code].flat().some((c) => c.startsWith(`${system}//`));
      return same ? [...new Set(group.aggregates)].map((a) => eventColumn(feature, a, group)) : [];
    }),
  );
  return [...attributes, ...events];
}
