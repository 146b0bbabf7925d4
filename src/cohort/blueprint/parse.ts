import { z } from 'zod';
import type { DocumentKind, Problem } from '../../core/index.js';
import { checkShape, didYouMean, documentError, parseYaml, pathText } from '../../core/index.js';
import { checkCohort } from './check-cohort.js';
import { checkTable } from './check-table.js';
import type { CohortBlueprint } from './cohort-schema.js';
import { cohortBlueprintSchema, cohortFormats } from './cohort-schema.js';
import { partAt } from './parts.js';
import type { TableBlueprint } from './table-schema.js';
import { tableBlueprintSchema } from './table-schema.js';

/** A checked blueprint: over a cohort store (`kind: cohort`), or over one table (`kind: table`). */
export type Blueprint = CohortBlueprint | TableBlueprint;

/** Sources that a blueprint may name. */
const sourceFormats = [...cohortFormats, 'table'] as const;

/**
 * Reads and checks a blueprint (docs/blueprint.md). The outcome depends on the text alone: neither data nor machine are looked at.
 * @param file name for messages
 * @throws UserError `BAD_BLUEPRINT` naming every problem with line, key path, what was expected and what came.
 */
export function parseBlueprint(text: string, file: string): Blueprint {
  const kind: DocumentKind = { code: 'BAD_BLUEPRINT', what: 'blueprint', file };
  const document = parseYaml(text, kind);
  const root = document.value;
  const top = checkShape(z.looseObject({}), root);
  if (!top.ok) throw documentError(kind, document, top.problems);
  if (resemblesTable(root)) {
    const shape = checkShape(tableBlueprintSchema, root);
    const problems = merge(shape.ok ? [] : shape.problems, checkTable(root));
    if (shape.ok && problems.length === 0) return { ...shape.data, kind: 'table' };
    throw documentError(kind, document, problems);
  }
  const shape = checkShape(cohortBlueprintSchema, root);
  const problems = merge(shape.ok ? [] : shape.problems, checkCohort(root));
  if (shape.ok && problems.length === 0) return { ...shape.data, kind: 'cohort' };
  throw documentError(kind, document, problems);
}

/** Which of the two schemas a document is read with; an unknown format is then reported by that schema. */
function resemblesTable(root: unknown): boolean {
  const format = partAt(root, ['source', 'format'], z.enum(sourceFormats));
  return format === undefined ? partAt(root, ['table'], z.looseObject({})) !== undefined : format === 'table';
}

/** One problem a place: what the checks across sections say of it is the more telling. */
function merge(shape: readonly Problem[], across: readonly Problem[]): Problem[] {
  const told = new Set(across.map((p) => pathText(p.path)));
  return [...shape.filter((p) => !told.has(pathText(p.path))).map(withAllFormats), ...across];
}

/** Each schema knows only its own formats; a reader wants to see them all. */
function withAllFormats(problem: Problem): Problem {
  if (pathText(problem.path) !== 'source.format') return problem;
  const hint = didYouMean(problem.got.replaceAll("'", ''), sourceFormats);
  return { ...problem, expected: `one of ${sourceFormats.join(', ')}`, hint };
}
