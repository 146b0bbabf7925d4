/** Text collected as UTF-8 in one growing buffer. */
export class ByteBuffer {
  #bytes = Buffer.allocUnsafeSlow(1 << 12);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  write(text: string): void {
    const most = this.#length + text.length * 3; // a UTF-16 unit takes three bytes at most
    if (most > this.#bytes.length) this.#grow(most);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** What was written from `start` to `end`, without a copy: it holds until the next {@link write}. */
  bytes(start = 0, end = this.#length): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** Empty from now on; the room is kept. */
  clear(): void {
    this.#length = 0;
  }

  #grow(least: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(least, this.#bytes.length * 2));
    this.#bytes.copy(next, 0, 0, this.#length);
    this.#bytes = next;
  }
}
