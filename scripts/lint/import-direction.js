import path from 'node:path';

/**
 * The layers of the house, lowest first (docs/architecture.md). A file may import its own folder and the
 * `index.ts` of any folder on a lower row. Folders on one row do not see each other.
 */
export const layers = [
  ['core'],
  ['runtime'],
  ['numerics'],
  ['duckdb'],
  ['table'],
  ['tensor', 'trees', 'privacy'],
  ['cohort'],
  ['sources', 'exports', 'synthesizers'],
  ['stages'],
  ['pipeline'],
  ['governance'],
  ['cli', 'server'],
];

/** Folders whose children are units of their own: `sources/eicu` may use `sources` but not `sources/mimic-iv`. */
const grouped = new Set(['sources', 'exports', 'synthesizers', 'stages']);

/** Units of a group that its other units may use, through their index, as if they were flat files of the group. */
const sharedUnits = new Set(['synthesizers/training', 'synthesizers/mixed']);

const rank = new Map(layers.flatMap((row, i) => row.map((name) => [name, i])));

/** The unit that a path inside src belongs to, e.g. `cohort` or `sources/eicu`. */
function unitOf(relative, isFile) {
  const parts = relative.split('/');
  const dirs = isFile ? parts.slice(0, -1) : parts;
  const top = dirs[0];
  if (top === undefined) return { top: '', unit: '' };
  return { top, unit: grouped.has(top) && dirs.length > 1 ? `${top}/${dirs[1]}` : top };
}

export const importDirection = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const src = path.join(context.cwd, 'src');
    const here = path.relative(src, context.filename).split(path.sep).join('/');
    const from = unitOf(here, true);
    const check = (node) => {
      const spec = node.source?.value ?? node.argument?.literal?.value; // the latter: type import('…')
      if (typeof spec !== 'string' || !spec.startsWith('.')) return;
      const target = path
        .relative(src, path.resolve(path.dirname(context.filename), spec))
        .split(path.sep)
        .join('/');
      const to = unitOf(target, true);
      if (from.unit === to.unit) return;
      if (from.top === '') return; // src/index.ts, the public surface
      const sharedByGroup = from.top === to.top && to.unit === to.top; // e.g. synthesizers/cart → synthesizers/types.js
      if (!sharedByGroup && target !== `${to.unit}/index.js`) {
        context.report({ node, message: `Deep import: take '${to.unit}/index.js' instead of '${target}'.` });
      }
      const a = rank.get(from.top);
      const b = rank.get(to.top);
      if (a === undefined || b === undefined) {
        context.report({
          node,
          message: `Unknown folder '${a === undefined ? from.top : to.top}': add it to scripts/lint/import-direction.js.`,
        });
        return;
      }
      if (from.top === to.top) {
        // inside a group: a child may use the group's shared files (flat) and, from the group's index, its children
        if (from.unit === from.top || to.unit === to.top || sharedUnits.has(to.unit)) return;
        context.report({ node, message: `'${from.unit}' must not import its neighbour '${to.unit}'.` });
        return;
      }
      if (b >= a)
        context.report({
          node,
          message: `Imports flow downwards: '${from.top}' must not import '${to.top}'.`,
        });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
