import { InternalError } from '../../../core/index.js';
import type { Coding } from '../../../cohort/index.js';
import { hasCodeForm } from '../module/code-forms.js';
import { moduleSystems } from '../module/parts.js';
import type { ModuleCode } from '../module/parts.js';

/**
 * A module's code in our form; null where the module says that there is none (NullFlavor). A code that its system cannot have (authors make
 * some up, and the loader warns of them) is kept under our own system, so that nothing false stands under a public one.
 */
export function codingOf(code: ModuleCode): Coding | null {
  const system = moduleSystems[code.system];
  if (system === undefined) throw new InternalError('CODE_SYSTEM', `Unknown code system ${code.system}.`);
  if (system === null) return null;
  return {
    system: hasCodeForm(system, code.code) ? system : 'ANAMNESIS',
    code: code.code,
    display: code.display,
  };
}

/** Codes of an entry: those that say something. */
export function codingsOf(codes: readonly ModuleCode[] | undefined): Coding[] {
  return (codes ?? []).map(codingOf).filter((coding) => coding !== null);
}
