/** Complex numbers in two arrays. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Discrete Fourier transform in place, length a power of two (Cooley and Tukey 1965). Forward: exp(−2πi jk/n). */
export function fft({ re, im }: Complex): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  const cos = new Float64Array(n >> 1);
  const sin = new Float64Array(n >> 1);
  for (let k = 0; k < n >> 1; k++) {
    cos[k] = Math.cos((-2 * Math.PI * k) / n);
    sin[k] = Math.sin((-2 * Math.PI * k) / n);
  }
  for (let size = 2; size <= n; size <<= 1) butterflies({ re, im }, size, { re: cos, im: sin });
}

function butterflies({ re, im }: Complex, size: number, roots: Complex): void {
  const n = re.length;
  const half = size >> 1;
  const stride = n / size;
  for (let start = 0; start < n; start += size) {
    for (let k = 0; k < half; k++) {
      const wr = roots.re[k * stride]!;
      const wi = roots.im[k * stride]!;
      const a = start + k;
      const b = a + half;
      const xr = re[b]! * wr - im[b]! * wi;
      const xi = re[b]! * wi + im[b]! * wr;
      re[b] = re[a]! - xr;
      im[b] = im[a]! - xi;
      re[a]! += xr;
      im[a]! += xi;
    }
  }
}

/** Inverse of {@link fft}, in place. */
export function inverseFft({ re, im }: Complex): void {
  fft({ re: im, im: re });
  for (let i = 0; i < re.length; i++) {
    re[i]! /= re.length;
    im[i]! /= im.length;
  }
}

/** Each number to the n-th power (n ≥ 0), by squaring. */
export function power(base: Complex, n: number): Complex {
  const result = { re: new Float64Array(base.re.length).fill(1), im: new Float64Array(base.im.length) };
  const square = { re: base.re.slice(), im: base.im.slice() };
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) multiply(result, square);
    if (left > 1) multiply(square, square);
  }
  return result;
}

/** a ← a · b, number by number. */
export function multiply(a: Complex, b: Complex): void {
  for (let i = 0; i < a.re.length; i++) {
    const re = a.re[i]! * b.re[i]! - a.im[i]! * b.im[i]!;
    const im = a.re[i]! * b.im[i]! + a.im[i]! * b.re[i]!;
    a.re[i] = re;
    a.im[i] = im;
  }
}
