/**
 * Quantile of the standard normal distribution, 0 < p < 1 (Wichura, algorithm AS 241, PPND16, Applied Statistics 37,
 * 1988; relative error about 1e-16).
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(CENTRAL, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const x = r <= 5 ? rational(MIDDLE, r - 1.6) : rational(FAR, r - 5);
  return q < 0 ? -x : x;
}

/**
 * Distribution function of the standard normal (Hart 1968 as given by West, "Better approximations to cumulative normal
 * functions", Wilmott, 2005; absolute error below 1e-15, relative error in the lower tail below 1e-8).
 */
export function normalCdf(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 37)) return x > 0 ? 1 : x < 0 ? 0 : NaN;
  const e = Math.exp((-a * a) / 2);
  let tail: number;
  if (a < 7.07106781186547) tail = (e * polynomial(HART.top, a)) / polynomial(HART.bottom, a);
  else tail = e / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) / 2.506628274631;
  return x > 0 ? 1 - tail : tail;
}

/** Wilson's score interval of a share k / n (JASA 22, 1927); n ≥ 1. */
export function wilsonInterval(k: number, n: number, level: number): { low: number; high: number } {
  const z = normalQuantile(0.5 + level / 2);
  const share = k / n;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    low: k === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: k === n ? 1 : Math.min(1, (centre + half) / scale),
  };
}

interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

/** Coefficients, constant term first. */
const CENTRAL: Rational = {
  top: [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  bottom: [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
  ],
};
const MIDDLE: Rational = {
  top: [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  bottom: [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
};
const FAR: Rational = {
  top: [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  bottom: [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
};

const HART: Rational = {
  top: [
    220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165,
    0.700383064443688, 3.52624965998911e-2,
  ],
  bottom: [
    440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207,
    1.75566716318264, 8.83883476483184e-2,
  ],
};

function rational({ top, bottom }: Rational, r: number): number {
  return polynomial(top, r) / polynomial(bottom, r);
}

function polynomial(coefficients: readonly number[], r: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * r + coefficients[i]!;
  return value;
}
