import type { FrozenNetwork, OpenNetwork } from '../../tensor/index.js';
import { freeze, networkSize, thaw } from '../../tensor/index.js';
import type { Bundle } from '../bundle.js';
import { badModel } from '../bundle.js';

/** What another tool must know to draw rows with a network. */
export interface NetworkManual {
  /** What each input and output is. */
  readonly meanings: Readonly<Record<string, string>>;
  /** What the variables are: more fields of the manifest. */
  readonly variables: object;
  /** The steps that draw rows. */
  readonly draw: readonly string[];
}

/** A network as it stands in a saved model: the file, and its part of the manifest. */
export function networkFile(
  network: OpenNetwork,
  numbers: Float32Array,
  { meanings, variables, draw }: NetworkManual,
): NonNullable<Bundle<unknown>['network']> {
  const { model, opset, inputs, outputs } = freeze(network, numbers);
  const described = (values: FrozenNetwork['inputs']): object[] =>
    values.map(({ name, dtype, shape }) => ({ name, type: dtype, shape, meaning: meanings[name] ?? '' }));
  const about = { opset, inputs: described(inputs), outputs: described(outputs), ...variables, draw };
  return { model, about };
}

/** The numbers of a network from its file. @throws DataError `BAD_MODEL`. */
export function readParameters(
  dir: string,
  network: OpenNetwork | undefined,
  model: Uint8Array | undefined,
): Float32Array {
  if (network === undefined) return new Float32Array(0);
  const parameters = model === undefined ? undefined : thaw(network, model);
  if (parameters?.length !== networkSize(network) || !parameters.every(Number.isFinite)) {
    throw badModel(dir, 'its parameters are damaged');
  }
  return parameters;
}
