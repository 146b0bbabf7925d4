import type { StayData } from '../stay/index.js';
import type { World } from './world.js';
import type { Life, Root } from './life.js';

/** What a state says after it ran. */
export const outcome = { go: 0, wait: 1, call: 2, end: 3 } as const;
export type Outcome = (typeof outcome)[keyof typeof outcome];

/** A state, ready to run. */
export interface Node {
  readonly name: string;
  readonly run: (life: Life, root: Root) => Outcome;
  /** Position of the next state. */
  readonly next: (life: Life, root: Root) => number;
  /** Number of the state's name where some condition asks for it; −1: nobody does. */
  readonly tracked: number;
  /** The program that a CallSubmodule enters. */
  readonly callee?: Program;
}

export interface Program {
  readonly path: string;
  readonly name: string;
  readonly nodes: Node[];
  initial: number;
}

export interface RootProgram extends Program {
  /** Position among the top-level modules. */
  readonly index: number;
}

/** When a state was last passed, in the history that PriorState asks. */
export interface HistoryMark {
  readonly ordinal: number;
  readonly time: number;
}

/** A condition or allergy that has begun and waits for the encounter that will find it. */
export interface PendingOnset {
  /** Name of the state in which it began. */
  readonly state: string;
  readonly diagnose: (life: Life, root: Root, onset: number) => void;
  readonly target: string;
  readonly onset: number;
}

/** A module or submodule that is being run. */
export interface Frame {
  readonly program: Program;
  readonly parent: Frame | null;
  at: number;
  history: Map<number, HistoryMark> | null;
  pending: PendingOnset[] | null;
}

/** Names with numbers, in order of first use. */
export class Names {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  id(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#names.length;
      this.#ids.set(name, id);
      this.#names.push(name);
    }
    return id;
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  name(id: number): string {
    return this.#names[id]!;
  }

  get size(): number {
    return this.#names.length;
  }

  get all(): readonly string[] {
    return this.#names;
  }
}

export interface CompiledLibrary {
  readonly roots: readonly RootProgram[];
  readonly attributes: Names;
  /** 1: the attribute is worked out when it is absent. */
  readonly derived: Uint8Array;
  /** For each part of a life (see `parts` and `firstAttribute`), the modules with a guard that reads it. */
  readonly watchers: readonly (readonly number[] | undefined)[];
  /** Names of attributes that some state or condition reads, and that some state writes. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
}

/** What compiling a state needs to know of its surroundings. */
export interface CompileContext {
  readonly world: World;
  readonly attributes: Names;
  /** Numbers of names that histories keep. */
  readonly tracked: Names;
  readonly reads: Set<string>;
  readonly writes: Set<string>;
  readonly physiology: boolean;
  /** What all stays in hospital share. */
  readonly stay: StayData;
  /** Attributes that change at birthdays only. */
  readonly yearly: ReadonlySet<string>;
}
