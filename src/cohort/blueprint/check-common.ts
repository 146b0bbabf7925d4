import { z } from 'zod';
import type { KeyPath, Problem } from '../../core/index.js';
import { didYouMean } from '../../core/index.js';
import { entriesAt, partAt } from './parts.js';

/** A name with the place that gives it. */
export interface Named {
  readonly name: string;
  readonly path: KeyPath;
}

/** Every name that is given twice, once for each repetition. */
export function repeated(names: readonly Named[], what: string): Problem[] {
  const seen = new Set<string>();
  return names.flatMap(({ name, path }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, expected: `a ${what} of its own`, got: `a second '${name}'` }];
  });
}

/** A reference to a name that nobody gives. */
export function unknownName(path: KeyPath, got: string, known: readonly string[]): Problem[] {
  if (known.includes(got)) return [];
  const expected =
    known.length === 0 ? 'a name that is defined (there is none)' : `one of ${known.join(', ')}`;
  return [{ path, expected, got: `'${got}'`, hint: didYouMean(got, known) }];
}

/** What blueprints of every source have in common: the split's task, and names of synthesizers. */
export function checkShared(root: unknown, tasks: readonly Named[]): Problem[] {
  const stratify = partAt(root, ['split', 'stratify'], z.string());
  const synthesizers = entriesAt(
    root,
    ['synthesizers'],
    z.looseObject({ id: z.string(), name: z.string().optional() }),
  );
  const labels = tasks.map((t) => t.name);
  return [
    ...repeated(tasks, 'task id'),
    ...(stratify === undefined ? [] : unknownName(['split', 'stratify'], stratify, labels)),
    ...repeated(
      synthesizers.map(({ path, value }) => ({ path, name: value.name ?? value.id })),
      'name',
    ),
  ];
}
