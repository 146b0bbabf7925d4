import type { Rng } from '../../../core/index.js';
import type { DistributionDefinition } from '../module/parts.js';

export type Draw = (rng: Rng) => number;

/**
 * A distribution of GMF v2 as a function. EXPONENTIAL has the given mean (inverse transform), TRIANGULAR is drawn by its inverse
 * (Kotz and van Dorp, "Beyond Beta", 2004, §1.1), GAUSSIAN outside `min … max` takes the bound, as in Synthea.
 */
export function compileDistribution(definition: DistributionDefinition): Draw {
  const plain = drawOf(definition);
  return definition.round === true ? (rng) => Math.round(plain(rng)) : plain;
}

function drawOf(definition: DistributionDefinition): Draw {
  switch (definition.kind) {
    case 'EXACT': {
      const { value } = definition.parameters;
      return () => value;
    }
    case 'UNIFORM': {
      const { low, high } = definition.parameters;
      return uniform(low, high);
    }
    case 'GAUSSIAN': {
      const { mean, standardDeviation, min = -Infinity, max = Infinity } = definition.parameters;
      return (rng) => Math.min(max, Math.max(min, mean + standardDeviation * rng.normal()));
    }
    case 'EXPONENTIAL': {
      const { mean, min = 0, max = Infinity } = definition.parameters;
      return (rng) => Math.min(max, Math.max(min, mean * rng.exponential()));
    }
    case 'TRIANGULAR': {
      const { min, mode, max } = definition.parameters;
      const width = max - min;
      if (width === 0) return () => min;
      const split = (mode - min) / width;
      return (rng) => {
        const u = rng.next();
        return u < split
          ? min + Math.sqrt(u * width * (mode - min))
          : max - Math.sqrt((1 - u) * width * (max - mode));
      };
    }
  }
}

export function uniform(low: number, high: number): Draw {
  const width = high - low;
  return (rng) => low + width * rng.next();
}
