/**
 * Who is due next: a binary heap over a fixed set of slots, each with one wake time (∞: not waiting), ordered by time and then by slot,
 * so that what happens at one time happens in one order.
 */
export class WakeQueue {
  readonly #time: Float64Array;
  readonly #heap: Int32Array;
  readonly #place: Int32Array;

  constructor(slots: number) {
    this.#time = new Float64Array(slots).fill(Infinity);
    this.#heap = Int32Array.from({ length: slots }, (_, i) => i);
    this.#place = Int32Array.from({ length: slots }, (_, i) => i);
  }

  /** All slots at once at `time`. */
  reset(time: number): void {
    this.#time.fill(time);
    for (let i = 0; i < this.#heap.length; i++) {
      this.#heap[i] = i;
      this.#place[i] = i;
    }
  }

  /** The slot that is due next. */
  get slot(): number {
    return this.#heap[0]!;
  }

  /** When it is due. */
  get time(): number {
    return this.#time[this.#heap[0]!]!;
  }

  wakeOf(slot: number): number {
    return this.#time[slot]!;
  }

  set(slot: number, time: number): void {
    const before = this.#time[slot]!;
    if (before === time) return;
    this.#time[slot] = time;
    if (time < before) this.#up(this.#place[slot]!);
    else this.#down(this.#place[slot]!);
  }

  #before(a: number, b: number): boolean {
    const ta = this.#time[a]!;
    const tb = this.#time[b]!;
    return ta < tb || (ta === tb && a < b);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const slot = heap[start]!;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const other = heap[parent]!;
      if (!this.#before(slot, other)) break;
      heap[i] = other;
      this.#place[other] = i;
      i = parent;
    }
    heap[i] = slot;
    this.#place[slot] = i;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const slot = heap[start]!;
    let i = start;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      const other = heap[child]!;
      if (!this.#before(other, slot)) break;
      heap[i] = other;
      this.#place[other] = i;
      i = child;
    }
    heap[i] = slot;
    this.#place[slot] = i;
  }
}
