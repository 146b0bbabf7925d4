import type { Linear } from '../../core/index.js';
import { conversion, isConvertible } from '../../core/index.js';
import type { Analyte } from './analytes.js';
import { unitSpellings } from './analytes.js';

/** One spelling of a unit and its way to the analyte's canonical unit. */
export interface UnitConversion extends Linear {
  /** Lower case, trimmed; '' when the source gives no unit. */
  readonly sourceUnit: string;
}

/**
 * Every known spelling of every unit that leads to the analyte's canonical unit. A missing unit is taken as the
 * canonical one: the sources leave it out where an item has just one unit, and the bounds catch what does not fit.
 */
export function unitConversions(analyte: Analyte): UnitConversion[] {
  const found = new Map<string, Linear>();
  for (const spelling of ['', ...(unitSpellings[''] ?? [])]) found.set(spelling, { factor: 1, shift: 0 });
  for (const [unit, spellings] of Object.entries(unitSpellings)) {
    const linear = wayTo(analyte, unit);
    if (linear === undefined) continue;
    for (const spelling of [unit, ...spellings]) found.set(spelling.toLowerCase(), linear);
  }
  for (const [spelling, unit] of Object.entries(analyte.spellings ?? {})) {
    found.set(spelling, conversion(unit, analyte.unit, analyte));
  }
  return [...found].map(([sourceUnit, linear]) => ({ sourceUnit, ...linear }));
}

/** Units without dimension (pH, scores, ratios) are only ever themselves: a percentage is not a pH. */
function wayTo(analyte: Analyte, unit: string): Linear | undefined {
  if (unit === '' || (unit !== analyte.unit && isConvertible(unit, '1'))) return undefined;
  return isConvertible(unit, analyte.unit, analyte) ? conversion(unit, analyte.unit, analyte) : undefined;
}
