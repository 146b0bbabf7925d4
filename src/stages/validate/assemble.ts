import { UserError } from '../../core/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { ComparisonRow, Report, ReportMeta, SynthesizerResult } from '../document.js';
import { reportSchema, usabilities } from '../document.js';
import type { Metric } from '../metric.js';
import type { Reference } from './reference.js';

/** What a report is put together from. */
export interface ReportParts {
  readonly meta: ReportMeta;
  /** Schema of the real table. */
  readonly columns: readonly ColumnSchema[];
  readonly reference: Reference;
  /** One per synthesizer, in any order. */
  readonly results: readonly SynthesizerResult[];
}

/**
 * Puts the report together; the best synthesizer comes first: one whose rows copy no patients and withstand the attacks, then the better verdict,
 * then the higher mean ratio, then the higher place of its tables between floor and ceiling, then the id.
 * @throws UserError `NO_RESULTS` without a result.
 */
export function assembleReport({ meta, columns, reference, results }: ReportParts): Report {
  const synthesizers = [...results].sort(better);
  const [best] = synthesizers;
  if (best === undefined) {
    throw new UserError('NO_RESULTS', 'A report needs the result of at least one synthesizer.', {
      fix: 'name a synthesizer in the blueprint',
    });
  }
  return reportSchema.parse({
    schema: 'anamnesis.report/1',
    meta,
    columns: columns
      .filter((c) => c.role !== 'key')
      .map(({ name, kind, role, unit, description }) => ({ name, kind, role, unit, description })),
    verdict: { ...best.verdict, synthesizer: best.synthesizer.id },
    reference: reference.tasks.map((t) => t.published),
    findings: reference.findings,
    comparison: synthesizers.map((result) => comparisonRow(result, result === best)),
    synthesizers,
  });
}

function better(a: SynthesizerResult, b: SynthesizerResult): number {
  const keys = (r: SynthesizerResult): number[] => [
    r.layers.some((l) => (l.id === 'validity' || l.id === 'privacy') && l.verdict === 'fail') ? 1 : 0,
    usabilities.indexOf(r.verdict.usability),
    -(r.utility.meanRatio?.value ?? 0),
    -(placeOf(r) ?? 0),
  ];
  const theirs = keys(b);
  const difference = keys(a).map((key, i) => key - theirs[i]!);
  return difference.find((d) => d !== 0) ?? (a.synthesizer.id < b.synthesizer.id ? -1 : 1);
}

function placeOf(result: SynthesizerResult): number | null {
  return result.fidelity.placed.find((p) => p.id === 'marginals')?.place ?? null;
}

function comparisonRow(result: SynthesizerResult, chosen: boolean): ComparisonRow {
  const metrics: readonly Metric[] = result.layers.flatMap((l) => l.metrics);
  const valueOf = (id: string): number | null => {
    const found = metrics.find((m) => m.id === id);
    return found === undefined || 'notComputable' in found ? null : found.value;
  };
  const { synthesizer } = result;
  return {
    id: synthesizer.id,
    title: synthesizer.title,
    chosen,
    usability: result.verdict.usability,
    meanRatio: result.utility.meanRatio,
    fidelity: valueOf('fidelity.aggregate'),
    place: placeOf(result),
    discriminatorAuc: valueOf('fidelity.discriminator'),
    copies: valueOf('validity.copied-share'),
    membershipAuc: valueOf('privacy.membership'),
    epsilon: synthesizer.privacy.kind === 'dp' ? synthesizer.privacy.epsilon : null,
    layers: result.layers.map(({ id, verdict }) => ({ id, verdict })),
  };
}
