import path from 'node:path';
import type { Synthesizer } from '../../synthesizers/index.js';
import { synthesizerById } from '../../synthesizers/index.js';
import type { RelatedModel } from '../../synthesizers/relations/index.js';
import { loadWithRelations } from '../../synthesizers/relations/index.js';
import type { CompiledConstraint } from '../../stages/constraints/index.js';
import { compileConstraints } from '../../stages/constraints/index.js';
import type { TableManifest } from './manifest.js';
import { modelFolder, readModelManifest } from './manifest.js';
import type { PlannedFit } from './request.js';

/** A model of one table, read from its folder. */
export interface TableModel {
  readonly manifest: TableManifest;
  readonly fitted: RelatedModel;
}

/**
 * Reads a model's folder.
 * @param known the synthesizer, where it is not a registered one.
 * @throws DataError `NO_MODEL`, `NEWER_MODEL`, `BAD_MODEL`; UserError `NO_SYNTHESIZER`.
 */
export async function openTableModel(
  folder: string,
  known?: Synthesizer<unknown, unknown>,
): Promise<TableModel> {
  const manifest = await readModelManifest(folder);
  const synthesizer = known ?? synthesizerById(manifest.synthesizer.id);
  return { manifest, fitted: await loadWithRelations(synthesizer, path.join(folder, modelFolder)) };
}

/** The constraints that rows of a model have to keep: its own, or those of another file. @throws UserError `BAD_CONSTRAINTS`. */
export function constraintsOf(
  manifest: TableManifest,
  other?: PlannedFit['constraints'],
): CompiledConstraint[] {
  return compileConstraints(manifest.columns, other ?? { document: manifest.constraints });
}
