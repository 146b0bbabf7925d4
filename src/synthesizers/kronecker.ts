/**
 * Fractional part of the golden ratio: multiples of it, modulo 1, fill the unit interval most evenly at every length (the Kronecker sequence;
 * Niederreiter 1992, Random Number Generation and Quasi-Monte Carlo Methods, ch. 3).
 */
export const GOLDEN = (Math.sqrt(5) - 1) / 2;
