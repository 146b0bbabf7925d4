import type { Tensor } from '../graph/graph.js';

/**
 * A place where parameters meet examples. From the gradient of each example's loss with respect to `output` follow the norm of the
 * example's gradient with respect to the parameters, without that gradient being made, and the sum of such gradients over
 * examples (design §7; Goodfellow 2015, "Efficient per-example gradient computations"; Li et al. 2022, "Large language models can
 * be strong differentially private learners", appendix F, for sequences).
 */
export interface Site {
  readonly parameters: readonly Tensor[];
  readonly output: Tensor;
  /** Squared norm of each example's gradient [batch] from `delta`, shaped like `output`. */
  squaredNorms(delta: Tensor): Tensor;
  /**
   * Gradients of the parameters, summed over examples.
   * @param part what was made of the whole `delta` to get this one, of single examples or in another type: to be made of whatever else has a row for each example.
   */
  sums(delta: Tensor, part: (x: Tensor) => Tensor): readonly Tensor[];
}
