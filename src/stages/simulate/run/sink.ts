import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Chunk } from '../../../exports/index.js';

/** Files that stay open between writes: the others are opened again to append. */
const mostOpen = 200;

/**
 * Appends bytes to files in the order that they come in. It writes synchronously: the thread that writes has nothing else to do while the
 * workers live patients, nothing is buffered, and an error is thrown where it happens.
 */
export class Sink {
  /** Bytes written so far. */
  bytes = 0;
  /** Descriptors by path, the least recently used first. */
  readonly #open = new Map<string, number>();
  readonly #known = new Set<string>();
  readonly #folders = new Set<string>();

  constructor(readonly folder: string) {}

  /** @throws a file system error, e.g. `ENOSPC`. */
  write(format: string, chunks: readonly Chunk[]): void {
    for (const { file, bytes } of chunks) {
      if (bytes.length === 0) continue;
      const descriptor = this.#descriptor(path.join(this.folder, format, file));
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      this.bytes += bytes.length;
    }
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptor(file: string): number {
    const known = this.#open.get(file);
    this.#open.delete(file);
    const descriptor = known ?? this.#openFile(file);
    this.#open.set(file, descriptor);
    return descriptor;
  }

  #openFile(file: string): number {
    if (this.#open.size >= mostOpen) {
      const [oldest, descriptor] = [...this.#open][0]!;
      this.#open.delete(oldest);
      closeSync(descriptor);
    }
    const folder = path.dirname(file);
    if (!this.#folders.has(folder)) mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
    const descriptor = openSync(file, this.#known.has(file) ? 'a' : 'w');
    this.#known.add(file);
    return descriptor;
  }
}
