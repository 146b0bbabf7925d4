import { InternalError } from '../../core/index.js';
import { WorkerThread } from '../../runtime/index.js';
import type { GaussianBlocks } from './gaussian-table.js';
import { layeredGaussian } from './gaussian-table.js';
import { secureNoise } from './noise.js';

interface Request {
  /** Standard deviation, in grid steps. */
  readonly sigma: number;
  /** Shared memory that the noise is written to. */
  readonly into: Float64Array;
}

/**
 * Draws the noise of one step after another on a thread of its own, while the sum that it belongs to is made on this one. The bits are the operating system's.
 *
 * Each noise is added to one sum: it lies in shared memory that holds no numbers (NaN) before it is drawn and again once it was added, so that a
 * thread that fails, or writes less than all, can never leave a sum without noise or with that of another step: it is an error.
 */
export class NoiseAhead {
  readonly #thread = new WorkerThread();
  readonly #request: Request;
  #drawing: Promise<unknown> | undefined;
  #adding = false;

  /** @param sigma as of {@link layeredGaussian}. */
  constructor(sigma: number, size: number) {
    const into = new Float64Array(new SharedArrayBuffer(8 * size)).fill(NaN);
    this.#request = { sigma, into };
  }

  /** Begins to draw the next noise. One that was begun and is not yet added stays the next. */
  begin(): void {
    if (this.#drawing !== undefined) return;
    this.#drawing = this.#thread.ask(
      { module: import.meta.url, task: 'drawNoise', input: this.#request },
      undefined,
    );
    this.#drawing.catch(() => undefined); // thrown where it is waited for
  }

  /**
   * Adds the next noise to whole numbers, in their place.
   * @throws InternalError `NOISE_TWICE` when another addition waits for that noise, `NOISE_MISSING`, `WORKER_EXIT`.
   */
  async addTo(numbers: Float64Array): Promise<void> {
    const { into } = this.#request;
    if (this.#adding) throw new InternalError('NOISE_TWICE', 'Two sums asked for the noise of one step.');
    if (numbers.length !== into.length)
      throw new InternalError('NOISE_MISSING', `Noise for ${into.length} numbers, not ${numbers.length}.`);
    this.#adding = true;
    try {
      this.begin();
      await this.#drawing;
      let all = 0;
      for (let i = 0; i < numbers.length; i++) {
        numbers[i]! += into[i]!;
        all += into[i]!;
      }
      into.fill(NaN);
      if (Number.isNaN(all))
        throw new InternalError('NOISE_MISSING', 'A step got no noise for some of its numbers.');
      this.#drawing = undefined; // after an error it stays, so that later sums end in that error, too
    } finally {
      this.#adding = false;
    }
  }

  /** Ends the thread. No noise can be added afterwards. */
  async close(): Promise<void> {
    await this.#thread.end();
  }
}

let made: { readonly sigma: number; readonly gaussian: GaussianBlocks } | undefined;

/** On the thread: writes fresh noise. */
export function drawNoise({ sigma, into }: Request): void {
  if (made?.sigma !== sigma) made = { sigma, gaussian: layeredGaussian(sigma, secureNoise()) };
  const drawn = new Float64Array(into.length);
  made.gaussian.addTo(drawn);
  into.set(drawn);
  drawn.fill(0); // noise does not stay in memory
}
