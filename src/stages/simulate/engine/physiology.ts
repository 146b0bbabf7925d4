/** A model that can be run: inputs and length in seconds → one series for each name it knows. */
export interface PhysiologyModel {
  readonly outputs: readonly string[];
  run(
    inputs: ReadonlyMap<string, number>,
    seconds: number,
    step: number,
  ): ReadonlyMap<string, readonly number[]>;
}

/** Angle, height and width of the waves P, Q, R, S and T (McSharry et al., IEEE Trans Biomed Eng 50:289-294, 2003, table I). */
const waves = [
  [-Math.PI / 3, 1.2, 0.25],
  [-Math.PI / 12, -5, 0.1],
  [0, 30, 0.1],
  [Math.PI / 12, -7.5, 0.1],
  [Math.PI / 2, 0.75, 0.4],
] as const;

/** dz/dt of McSharry's equation 1 with the baseline at 0, on the limit cycle. */
function slope(theta: number, z: number): number {
  let sum = 0;
  for (const [angle, height, width] of waves) {
    let d = (theta - angle) % (2 * Math.PI);
    if (d > Math.PI) d -= 2 * Math.PI;
    if (d < -Math.PI) d += 2 * Math.PI;
    sum -= height * d * Math.exp(-(d * d) / (2 * width * width));
  }
  return sum - z;
}

/**
 * The synthetic electrocardiogram. An approximation of the model that Synthea runs by an SBML solver: the oscillator stays on its limit
 * cycle and the heart rate (`hrmean`, beats a minute) is constant, so only z is integrated (fourth-order Runge-Kutta).
 * `zf` is scaled to −0.4 … 1.2 mV as in the paper.
 */
const electrocardiogram: PhysiologyModel = {
  outputs: ['zf'],
  run(inputs, seconds, step) {
    const rate = Math.min(220, Math.max(25, inputs.get('hrmean') ?? 60)) / 60;
    const omega = 2 * Math.PI * rate;
    const z: number[] = [];
    let value = 0;
    const n = Math.max(2, Math.min(100_000, Math.round(seconds / step)));
    const warm = Math.round(1 / step);
    for (let i = -warm; i < n; i++) {
      const theta = omega * i * step;
      const k1 = slope(theta, value);
      const k2 = slope(theta + (omega * step) / 2, value + (k1 * step) / 2);
      const k3 = slope(theta + (omega * step) / 2, value + (k2 * step) / 2);
      const k4 = slope(theta + omega * step, value + k3 * step);
      value += (step / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
      if (i >= 0) z.push(value);
    }
    const low = Math.min(...z);
    const span = Math.max(...z) - low;
    const scaled = z.map((v) => Number((((v - low) * 1.6) / (span === 0 ? 1 : span) - 0.4).toFixed(4)));
    return new Map([['zf', scaled]]);
  },
};

const models: Readonly<Record<string, PhysiologyModel>> = {
  'circulation/McSharry2003_Synthetic_ECG.xml': electrocardiogram,
};

/** The approximation of a physiology model; undefined: there is none, and the state takes its other way. */
export function physiologyModel(name: string): PhysiologyModel | undefined {
  return models[name];
}
