import type { Parts } from '../parts.js';

/**
 * How fast traces of the past fade, a step. A trace is Σ decayᵏ · (what happened k + 1 steps ago): 0 is the last step alone; 1 is divided by the number of
 * steps, and so the mean of all.
 */
export const DECAYS = [0, 0.5, 0.8, 0.93, 1] as const;

/** A variable that is predicted at each step. */
export interface Output {
  /** Variable of the steps' columns; none of the first, which says whether the history has ended. */
  readonly part: number | undefined;
  readonly size: number;
  /** Of a place within a group: the variable of the group. */
  readonly parent: number | undefined;
}

/** Widths of the sequential network, from its variables alone. */
export interface SequenceLayout {
  readonly window: number;
  /** Codes of the variables that predictors see: the context's, those of each column's last known value (one code more: none yet), then the step's. */
  readonly inputs: readonly number[];
  /** How many of them are known before the step: the context's and the last known values'. */
  readonly context: number;
  readonly outputs: readonly Output[];
  /** Numbers that stand for a code. */
  readonly width: number;
  /** Hidden units of each predictor. */
  readonly hidden: readonly number[];
  /** Units that encode a step, and those that sum up the past. */
  readonly memory: number;
}

/** The rules of the flat form (`layoutOf`) for both kinds of variables. */
export function sequenceLayout(
  context: Parts,
  steps: Parts,
  { units, window, memory }: { units: number; window: number; memory: number },
): SequenceLayout {
  const inputs = [
    ...context.parts.map((part) => part.size),
    ...steps.parts.map((part) => part.size + 1),
    ...steps.parts.map((part) => part.size),
  ];
  const outputs: Output[] = [
    { part: undefined, size: 2, parent: undefined },
    ...steps.parts.map(({ size, parent }, part) => ({ part, size, parent })),
  ];
  const width = Math.max(10, ...inputs.map((size) => 3 * Math.ceil(size ** 0.25)));
  const hidden = outputs.map(({ size }) =>
    Math.max(8, Math.round(16 * units * Math.max(1, Math.round(Math.log(size))))),
  );
  return {
    window,
    inputs,
    context: context.parts.length + steps.parts.length,
    outputs,
    width,
    hidden,
    memory,
  };
}

/** Numbers that sum up the past: a trace for each decay, and the position. */
export const pastWidth = ({ memory }: SequenceLayout): number => DECAYS.length * memory + 1;
