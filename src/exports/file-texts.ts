import { ByteBuffer } from './byte-buffer.js';
import type { Chunk } from './types.js';

/** Text is encoded once so many characters are there: what is joined from short pieces and kept for long makes the garbage collector work. */
const mostPending = 2048;

/** The text of one file that is being collected. */
export interface FileText {
  append(text: string): void;
}

class Collected implements FileText {
  readonly #bytes = new ByteBuffer();
  #pending = '';

  append(text: string): void {
    this.#pending += text;
    if (this.#pending.length > mostPending) this.#encode();
  }

  take(): Uint8Array {
    this.#encode();
    const bytes = this.#bytes.bytes();
    this.#bytes.clear();
    return bytes;
  }

  #encode(): void {
    this.#bytes.write(this.#pending);
    this.#pending = '';
  }
}

/** Text of several files, collected until it is taken: what a {@link RecordEncoder} fills. */
export class FileTexts {
  readonly #texts = new Map<string, Collected>();

  /** The text of a file; it stays the same object after {@link take}. */
  file(name: string): FileText {
    let text = this.#texts.get(name);
    if (text === undefined) this.#texts.set(name, (text = new Collected()));
    return text;
  }

  append(file: string, text: string): void {
    this.file(file).append(text);
  }

  /** One chunk a file that has text, sorted by file; nothing is left. */
  take(): Chunk[] {
    const chunks: Chunk[] = [];
    for (const [file, collected] of [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const bytes = collected.take();
      if (bytes.length > 0) chunks.push({ file, bytes });
    }
    return chunks;
  }
}
