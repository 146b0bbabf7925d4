import type { Chunk } from './types.js';

const utf8 = new TextEncoder();

/** Text of several files, collected until it is taken: what a {@link RecordEncoder} fills. */
export class FileTexts {
  readonly #texts = new Map<string, string>();

  append(file: string, text: string): void {
    this.#texts.set(file, (this.#texts.get(file) ?? '') + text);
  }

  /** One chunk a file, sorted by file; nothing is left. */
  take(): Chunk[] {
    const chunks = [...this.#texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, text]) => ({ file, bytes: utf8.encode(text) }));
    this.#texts.clear();
    return chunks;
  }
}
