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

  /** A copy of what was written; the buffer is empty afterwards and keeps its room. */
  take(): Uint8Array {
    const out = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return out;
  }

  #grow(least: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(least, this.#bytes.length * 2));
    this.#bytes.copy(next, 0, 0, this.#length);
    this.#bytes = next;
  }
}
