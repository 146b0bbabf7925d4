import type { OpenNetwork, Tensor, Value } from '../../tensor/index.js';
import {
  add,
  embedding,
  fanIn,
  freeze,
  gatherRows,
  Graph,
  linear,
  mul,
  Parameters,
  relu,
  Session,
  sub,
  value,
  values,
  zeros,
} from '../../tensor/index.js';
import type { Rng } from '../../core/index.js';
import type { Classes } from './classes.js';
import { drawClasses, flatShares, learnedCodes, logShares } from './classes.js';
import type { Layout } from './layout.js';

/** What the decoder is built from. */
export interface ClassShape {
  readonly layout: Layout;
  readonly classes: Classes;
  readonly units: number;
  readonly latent: number;
}

/**
 * Logits of all codes [batch, width] from latent numbers and the class of each row (int32 [batch]), for networks with a budget: one hidden layer adds to the class's own
 * shares, from which it starts. So an untrained network draws columns that hang on the class alone, and noise has few parameters to fall on.
 */
export function classDecoder(
  parameters: Parameters,
  { latent, classOf }: { latent: Tensor; classOf: Tensor },
  { layout, classes, units }: ClassShape,
): Tensor {
  const many = classes.rows.length;
  const own = embedding(parameters, 'decoder.class', classOf, { size: many, width: units, init: zeros });
  const hidden = relu(add(linear(parameters, 'decoder.hidden', latent, { units }), own));
  const moved = linear(parameters, 'decoder.out', hidden, {
    units: layout.width,
    bias: false,
    init: fanIn(units),
  });
  return add(moved, classTable(parameters, classOf, { layout, classes }));
}

const TABLE = 'shares';

/** Logits of each class alone [batch, width]: learned, from the logarithms of its noisy shares on. */
export function classTable(
  parameters: Parameters,
  classOf: Tensor,
  { layout, classes }: Pick<ClassShape, 'layout' | 'classes'>,
): Tensor {
  return embedding(parameters, TABLE, classOf, {
    size: classes.rows.length,
    width: layout.width,
    init: values(logShares(classes)),
  });
}

/** Rows [batch, width], 1 at each code, less what is expected of their class: the first layer sees what a row has beyond it. Labels, which make the class, are 0. */
export function beyondClass(
  hot: Tensor,
  classOf: Tensor,
  { layout, classes }: Pick<ClassShape, 'layout' | 'classes'>,
): Tensor {
  const { graph } = hot;
  const shares = graph.constant(flatShares(classes), [classes.rows.length, layout.width]);
  const open = graph.constant(learnedCodes(classes, layout), [layout.width]);
  return mul(sub(hot, gatherRows(shares, classOf)), open);
}

/** The decoder as rows are drawn. */
export function classDecoderNetwork(shape: ClassShape): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const inputs = { latent: graph.input('latent', ['batch', shape.latent]), classOf: classInput(graph) };
  return { graph, parameters: [parameters], outputs: { logits: classDecoder(parameters, inputs, shape) } };
}

/** The class of each row. */
export function classInput(graph: Graph): Tensor {
  return graph.input('class', ['batch'], 'int32');
}

const PILOT_ROWS = 8192;
const PASSES = 4;
/** A logit is moved by so much at most in a pass (nats). */
const MOST_MOVE = 3;

/**
 * Moves the class table until drawn rows have each class's noisy shares: clipping shrinks the gradients of rare codes most, and noise moves the rest. Changes the decoder's
 * parameters; draws a pilot sample, looks at no record (post-processing).
 */
export async function calibrateClasses(parameters: Float32Array, shape: ClassShape, rng: Rng): Promise<void> {
  const { layout, classes, latent: width } = shape;
  const of = drawClasses(classes, layout, { rows: PILOT_ROWS, given: new Map(), rng: rng.split('classes') });
  const chance = rng.split('latent');
  const latent = Float32Array.from({ length: PILOT_ROWS * width }, () => chance.normal());
  const network = classDecoderNetwork(shape);
  const place = network.parameters[0]!.places.find(({ name }) => name === `${TABLE}.table`)!;
  const table = parameters.subarray(place.offset, place.offset + place.size);
  const session = await Session.create(freeze(network, parameters).model);
  try {
    const { logits } = await session.run({
      latent: value(latent, [PILOT_ROWS, width]),
      class: value(of),
    });
    moveTable(table, logits!, { of, shape });
  } finally {
    await session.close();
  }
}

function moveTable(
  table: Float32Array,
  { data }: Value,
  { of, shape: { layout, classes } }: { of: Int32Array; shape: ClassShape },
): void {
  const open = learnedCodes(classes, layout);
  const moves = new Float64Array(table.length);
  for (let pass = 0; pass < PASSES; pass++) {
    const { sums, rows } = meanShares(data as Float32Array, moves, { of, layout, many: classes.rows.length });
    for (const [own, shares] of classes.shares.entries()) {
      if (rows[own] === 0) continue;
      for (let code = 0; code < layout.width; code++) {
        const at = own * layout.width + code;
        if (open[code] === 0 || !(sums[at]! > 0)) continue;
        const move = Math.log((shares[code]! * rows[own]!) / sums[at]!);
        moves[at]! += Math.min(Math.max(move, -MOST_MOVE), MOST_MOVE);
      }
    }
  }
  for (let i = 0; i < table.length; i++) table[i]! += moves[i]!;
}

/** Sum over rows of each code's probability, class by class. */
function meanShares(
  logits: Float32Array,
  moves: Float64Array,
  { of, layout, many }: { of: Int32Array; layout: Layout; many: number },
): { sums: Float64Array; rows: Float64Array } {
  const { width } = layout;
  const sums = new Float64Array(many * width);
  const rows = new Float64Array(many);
  const weights = new Float64Array(width);
  for (const [row, own] of of.entries()) {
    rows[own]!++;
    for (const [k, start] of layout.starts.entries()) {
      const end = start + layout.sizes[k]!;
      let most = -Infinity;
      for (let code = start; code < end; code++) {
        weights[code] = logits[row * width + code]! + moves[own * width + code]!;
        most = Math.max(most, weights[code]!);
      }
      let total = 0;
      for (let code = start; code < end; code++) total += weights[code] = Math.exp(weights[code]! - most);
      for (let code = start; code < end; code++) sums[own * width + code]! += weights[code]! / total;
    }
  }
  return { sums, rows };
}
