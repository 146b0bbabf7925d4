import { z } from 'zod';
import type { DocumentKind } from '../../core/index.js';
import { checkShape, documentError, parseYaml, section } from '../../core/index.js';
import { idSchema } from './names.js';
import { parseBlueprint } from './parse.js';
import { simulationSchema } from './simulation-schema.js';
import type { SimulationSection } from './simulation-schema.js';

/** A blueprint that is for simulated patients only: nothing is learned from it. */
const aloneSchema = section({
  name: idSchema,
  title: z.string().min(1).optional(),
  purpose: z.string().min(1).optional(),
  seed: z.int().min(0).optional(),
  simulation: simulationSchema,
});

/** What a blueprint says of stage 1. */
export interface SimulationPlan {
  readonly simulation: SimulationSection;
  readonly seed: number | undefined;
}

/**
 * Reads the `simulation` of a blueprint: of a whole one, or of one that holds nothing else than that.
 * @throws UserError `BAD_BLUEPRINT` naming every problem with line and key path.
 */
export function parseSimulation(text: string, file: string): SimulationPlan {
  const kind: DocumentKind = { code: 'BAD_BLUEPRINT', what: 'blueprint', file };
  const document = parseYaml(text, kind);
  const whole = z.looseObject({ source: z.unknown() }).safeParse(document.value);
  if (whole.success && whole.data.source !== undefined) {
    const { simulation, seed } = parseBlueprint(text, file);
    if (simulation !== undefined) return { simulation, seed };
    throw documentError(kind, document, [
      { path: ['simulation'], expected: 'who is to be simulated', got: 'nothing' },
    ]);
  }
  const shape = checkShape(aloneSchema, document.value);
  if (!shape.ok) throw documentError(kind, document, shape.problems);
  return { simulation: shape.data.simulation, seed: shape.data.seed };
}
