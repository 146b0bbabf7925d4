import type { Chunk } from './types.js';

const utf8 = new TextEncoder();

/** The text of one file that is being collected. */
export interface FileText {
  append(text: string): void;
}

class Collected implements FileText {
  text = '';

  append(text: string): void {
    this.text += text;
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
      if (collected.text === '') continue;
      chunks.push({ file, bytes: utf8.encode(collected.text) });
      collected.text = '';
    }
    return chunks;
  }
}
