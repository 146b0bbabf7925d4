import type { ColumnSchema } from '../../../table/index.js';
import type { EpochRecord } from '../../training/index.js';
import type { Coder } from '../coder.js';
import type { ArgnModel, Weights } from '../model.js';
import { runningSums } from '../model.js';
import type { Parts } from '../parts.js';
import { drawnCodes, partsOf } from '../parts.js';
import type { SequenceLayout } from './layout.js';
import { pastWidth, sequenceLayout } from './layout.js';
import type { CompiledArgnSequence } from './options.js';

/** Everything that drawing histories needs. */
export interface ArgnSequenceModel {
  /** The flat model of the context table. */
  readonly context: ArgnModel;
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledArgnSequence;
  readonly coders: readonly Coder[];
  /** Places that training saw together: the option, or fewer where histories are shorter. */
  readonly window: number;
  /** Longest history that is drawn. */
  readonly longest: number;
  /** In nats a place. */
  readonly curve: readonly EpochRecord[];
  readonly parameters: Float32Array;
}

/** The parameters by their roles; views of the flat vector. */
export interface SequenceWeights {
  readonly contextParts: Parts;
  readonly stepParts: Parts;
  readonly stepCoders: readonly Coder[];
  readonly layout: SequenceLayout;
  readonly units: number;
  readonly table: Float32Array;
  readonly tableStarts: readonly number[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly unitStarts: readonly number[];
  readonly step: { readonly weight: Float32Array; readonly bias: Float32Array };
  readonly summary: { readonly weight: Float32Array; readonly bias: Float32Array };
  readonly fromPast: Float32Array;
  readonly out: Weights['out'];
  /** Codes that may be drawn, for each output. */
  readonly drawn: readonly Uint8Array[];
}

export function layoutOfModel({
  context,
  coders,
  options,
  window,
}: Omit<ArgnSequenceModel, 'parameters' | 'curve'>): {
  contextParts: Parts;
  stepParts: Parts;
  layout: SequenceLayout;
} {
  const contextParts = partsOf(context.coders);
  const stepParts = partsOf(coders);
  return { contextParts, stepParts, layout: sequenceLayout(contextParts, stepParts, { ...options, window }) };
}

/** Cuts a flat vector in the order in which `sequenceNetwork` declares its parameters; `used` says how many numbers that takes. */
export function sequenceWeights(model: ArgnSequenceModel): SequenceWeights & { readonly used: number } {
  const { contextParts, stepParts, layout } = layoutOfModel(model);
  const { inputs, outputs, width, hidden, memory, context } = layout;
  const units = hidden.reduce((sum, h) => sum + h, 0);
  let at = 0;
  const take = (length: number): Float32Array => model.parameters.subarray(at, (at += length));
  const table = take(inputs.reduce((sum, size) => sum + size, 0) * width);
  const weight = take(inputs.length * width * units);
  const bias = take(units);
  const step = { weight: take((inputs.length - context) * width * memory), bias: take(memory) };
  const summary = { weight: take(pastWidth(layout) * memory), bias: take(memory) };
  const fromPast = take(memory * units);
  const out = outputs.map(({ size, parent }, o) => ({
    weight: take(hidden[o]! * size),
    bias: take(size),
    places: parent === undefined ? undefined : take(inputs[context + parent]! * size),
  }));
  const drawn = outputs.map(({ part }) =>
    part === undefined
      ? Uint8Array.of(1, 1)
      : drawnCodes(stepParts, part, { coder: model.coders[stepParts.parts[part]!.column]!, missing: true }),
  );
  return {
    contextParts,
    stepParts,
    stepCoders: model.coders,
    layout,
    units,
    table,
    tableStarts: runningSums(inputs),
    weight,
    bias,
    unitStarts: runningSums(hidden),
    step,
    summary,
    fromPast,
    out,
    drawn,
    used: at,
  };
}
