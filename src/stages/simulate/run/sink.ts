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
  /** Descriptors by name, the least recently used first. */
  readonly #open = new Map<string, number>();
  /** Sizes of all files by name. */
  readonly #sizes: Map<string, number>;
  readonly #folders = new Set<string>();
  #grown = new Map<string, number>();

  /** @param sizes of files that are there already and are appended to. */
  constructor(
    readonly folder: string,
    sizes: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#sizes = new Map(sizes);
  }

  /** @throws a file system error, e.g. `ENOSPC`. */
  write(format: string, chunks: readonly Chunk[]): number {
    let written = 0;
    for (const { file, bytes } of chunks) {
      if (bytes.length === 0) continue;
      const name = `${format}/${file}`;
      const descriptor = this.#descriptor(name);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      const size = (this.#sizes.get(name) ?? 0) + bytes.length;
      this.#sizes.set(name, size);
      this.#grown.set(name, size);
      written += bytes.length;
    }
    return written;
  }

  /** Sizes of the files that have grown since the last call. */
  takeGrown(): ReadonlyMap<string, number> {
    const grown = this.#grown;
    this.#grown = new Map();
    return grown;
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptor(name: string): number {
    const known = this.#open.get(name);
    this.#open.delete(name);
    const descriptor = known ?? this.#openFile(name);
    this.#open.set(name, descriptor);
    return descriptor;
  }

  #openFile(name: string): number {
    if (this.#open.size >= mostOpen) {
      const [oldest, descriptor] = [...this.#open][0]!;
      this.#open.delete(oldest);
      closeSync(descriptor);
    }
    const file = path.join(this.folder, name);
    const folder = path.dirname(file);
    if (!this.#folders.has(folder)) mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
    return openSync(file, this.#sizes.has(name) ? 'a' : 'w');
  }
}
