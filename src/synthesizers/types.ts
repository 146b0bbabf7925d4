import type { Rng } from '../core/index.js';
import type { Curator } from '../privacy/index.js';
import type { RunContext } from '../runtime/index.js';
import type { Row, Table } from '../table/index.js';

/** What a fitted model has spent of the patients' privacy. */
export type PrivacySpend =
  | { readonly kind: 'none'; /** why no ε can be claimed */ readonly reason: string }
  | {
      readonly kind: 'dp';
      readonly epsilon: number;
      readonly delta: number;
      /** What is protected: a column that identifies a patient, or `row`. */
      readonly unit: string;
    };

/** How a network was trained, for people to look at. Of a private training it holds what is public: no loss of a record was looked at. */
export type TrainingRecord =
  | {
      readonly kind: 'passes';
      /** What the losses are, e.g. `nats a row`. */
      readonly loss: string;
      /** Of each pass, over the rows learned from and over those set aside. */
      readonly passes: readonly { readonly training: number; readonly validation: number }[];
      /** The pass whose parameters were kept, counted from 1. */
      readonly kept: number;
      /** Whether it ended because the loss of the rows set aside fell no more, or with the last pass. */
      readonly stopped: 'no-gain' | 'all-passes';
    }
  | {
      readonly kind: 'noise';
      readonly steps: number;
      /** Probability with which a unit (a row, a patient) takes part in a step. */
      readonly rate: number;
      /** Standard deviation of a step's noise, in units of what one unit can change. */
      readonly noise: number;
      /** Parameters of the network. */
      readonly size: number;
    };

/** What a fit is handed: the run's context and, where differential privacy is asked for, the door to the records. */
export interface FitContext extends RunContext {
  /**
   * With a curator a model learns from the table through it alone, and its columns must have a public domain
   * (`ColumnSchema.domain`). Rows of a patient are capped by the caller.
   */
  readonly curator?: Curator | undefined;
  /**
   * A folder in which a long fit may keep its state, made when there is some: the same fit goes on from there after an interruption, to the
   * same bytes. The caller takes it away when the fit is done.
   */
  readonly checkpoint?: string | undefined;
}

/** What to draw. */
export interface SampleRequest {
  /** Columns held fixed: one row for all, or a table of `n` rows. */
  readonly given?: Partial<Row> | Table | undefined;
  readonly rng: Rng;
}

/**
 * A model of one table (design §4.4). `O` are its documented options; `compile` checks them and fills the
 * defaults, and `fit` takes only the compiled form.
 */
export interface Synthesizer<O, C> {
  readonly id: string;
  /** Its name for people, e.g. `Sequential trees (CART)`. */
  readonly title: string;
  /** Where its rows come from: learned from records, or made by written rules. */
  readonly generation: 'data-driven' | 'process-driven' | 'hybrid';
  /** One line for lists and help: what it is and when to choose it. */
  readonly summary: string;
  /** The paper or source it follows. */
  readonly source: string;
  /** Whether it learns with differential privacy and needs a curator, without and refuses one, or either way. */
  readonly budget: 'required' | 'refused' | 'optional';
  /** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
  compile(options: O): C;
  /**
   * Learns from a table. Key columns must have been left out by the caller.
   * @throws DataError for tables it cannot model, with advice.
   * @throws PrivacyError `NOT_PRIVATE` when it cannot keep the curator's promise, `DOMAIN_FROM_DATA` when a column's domain is private,
   *   `NO_BUDGET` when it needs a curator and has none.
   */
  fit(table: Table, options: C, context: FitContext): Promise<FittedSynthesizer>;
  /** Reads what `save` wrote. @throws DataError `BAD_MODEL`. */
  load(dir: string): Promise<FittedSynthesizer>;
}

/** A model that can be drawn from. */
export interface FittedSynthesizer {
  /** `n` rows with the schema of the fitted table. @throws UserError for a `given` that it cannot honour. */
  sample(n: number, request: SampleRequest, context: RunContext): Promise<Table>;
  /**
   * The same rows block by block, in order: together they are what `sample` returns. Memory does not depend on `n`; the reader sets
   * the pace. @throws UserError for a `given` that it cannot honour.
   */
  stream(n: number, request: SampleRequest, context: RunContext): AsyncIterable<Table>;
  /** Writes the model into an existing, empty folder. */
  save(dir: string): Promise<void>;
  readonly spent: PrivacySpend;
  /** Of a network. */
  readonly training?: TrainingRecord | undefined;
}
