import { readFile } from 'node:fs/promises';
import { PrivacyError, UserError } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { ConstraintsFile } from '../../stages/constraints/index.js';
import { parseConstraints } from '../../stages/constraints/index.js';
import { synthesizerById } from '../../synthesizers/index.js';
import type { Synthesizer } from '../../synthesizers/index.js';
import type { CompiledTableFile } from '../../table/index.js';
import { compileTableFile, parseTableSchema } from '../../table/index.js';

/** A promise of differential privacy for a model of one table. */
export interface TableBudget {
  readonly epsilon: number;
  /** Default {@link defaultDelta}. */
  readonly delta?: number | undefined;
  /** Most rows of one unit that are learned from. Default 1. */
  readonly rowsPerUnit?: number | undefined;
  /** Share of the budget that the release of undeclared columns may cost. Default 0.1. */
  readonly releaseShare?: number | undefined;
}

/**
 * δ unless told. It must be fixed without looking at the data (a δ made from the number of rows would tell that number), and be well
 * below one over the number of patients: this one serves tables of up to about 10,000 patients well; for more of them give a smaller one.
 */
export const defaultDelta = 1e-5;

/** What is to be learned from a file. */
export interface FitTableRequest {
  /** CSV or Parquet; `-` is CSV on standard input. */
  readonly file: string;
  /** Folder for the model. */
  readonly out: string;
  /** Columns that somebody will want to predict. */
  readonly labels?: readonly string[];
  /** Id of a synthesizer, or one that is not registered. Default `cart`, with a budget `aim`. */
  readonly synthesizer?: string | Synthesizer<unknown, unknown> | undefined;
  /** Options of the synthesizer. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** YAML file that says how the file is to be understood. */
  readonly schemaFile?: string | undefined;
  readonly constraintsFile?: string | undefined;
  /** Column that names the patient: all rows of one go to one side, and under differential privacy it is what is protected. */
  readonly unit?: string | undefined;
  /** Columns that are not read. */
  readonly drop?: readonly string[];
  readonly budget?: TableBudget | undefined;
  /** Default 0.2. */
  readonly testShare?: number;
  /** Whether relations between columns are looked for (never under differential privacy). Default true. */
  readonly findRelations?: boolean;
  readonly seed: number;
  readonly memoryLimitMiB?: number | undefined;
  /** For tests: answers instead of noise from the operating system. */
  readonly curator?: Curator | undefined;
}

/** A request whose files were read and whose options were checked. */
export interface PlannedFit extends FitTableRequest {
  readonly labels: readonly string[];
  readonly model: Synthesizer<unknown, unknown>;
  readonly compiled: unknown;
  readonly schema: CompiledTableFile;
  readonly constraints: Pick<ConstraintsFile, 'document'> & Partial<ConstraintsFile>;
  readonly testShare: number;
}

/**
 * Reads the schema and constraints files and checks all options before the data are looked at.
 * @throws UserError `NO_FILE`, `BAD_SCHEMA`, `BAD_CONSTRAINTS`, `BAD_OPTIONS`, `BAD_OPTION`, `NO_SYNTHESIZER`; PrivacyError where the synthesizer and the budget do not
 *   fit each other.
 */
export async function planFit(request: FitTableRequest): Promise<PlannedFit> {
  const { budget, synthesizer = budget === undefined ? 'cart' : 'aim', testShare = 0.2, unit } = request;
  if (!(testShare >= 0 && testShare < 1))
    throw new UserError('BAD_OPTION', 'The share of the test part does not fit.', {
      expected: 'a number from 0 to below 1, such as 0.2',
      got: String(testShare),
    });
  if (budget?.rowsPerUnit !== undefined && budget.rowsPerUnit > 1 && unit === undefined)
    throw new UserError('BAD_OPTION', 'Rows per unit need a unit.', {
      fix: 'name the column that identifies a patient with --unit; without one each row is protected by itself',
    });
  const model = typeof synthesizer === 'string' ? synthesizerById(synthesizer) : synthesizer;
  checkPromise(model, budget !== undefined || request.curator !== undefined);
  const read = await readSchemaFile(request.schemaFile);
  return {
    ...request,
    labels: [...new Set(request.labels ?? [])],
    model,
    compiled: model.compile(request.options ?? {}),
    schema: { ...read, drop: [...new Set([...read.drop, ...(request.drop ?? [])])] },
    constraints: await readConstraintsFile(request.constraintsFile),
    testShare,
  };
}

/** A model without noise keeps no promise of ε, and one with noise needs a budget: told before the data are looked at. */
function checkPromise(model: Synthesizer<unknown, unknown>, promised: boolean): void {
  if (promised && model.budget === 'refused')
    throw new PrivacyError(
      'NOT_PRIVATE',
      `'${model.id}' learns without noise and cannot keep a promise of ε.`,
      {
        expected: 'a synthesizer that learns under differential privacy',
        fix: 'leave out --synthesizer (aim is taken), or leave out --epsilon: the model then claims no ε',
      },
    );
  if (!promised && model.budget === 'required')
    throw new PrivacyError(
      'NO_BUDGET',
      `'${model.id}' learns under differential privacy and was given no budget.`,
      {
        expected: 'ε',
        fix: 'give --epsilon, for example --epsilon 5, or choose cart, which needs none and claims none',
      },
    );
}

/** A schema file as read; without one everything is inferred. @throws UserError `NO_FILE`, `BAD_SCHEMA`. */
export async function readSchemaFile(file: string | undefined): Promise<CompiledTableFile> {
  return file === undefined ? compileTableFile() : parseTableSchema(await textOf(file), file);
}

/** A constraints file as read; without one there are none. @throws UserError `NO_FILE`, `BAD_CONSTRAINTS`. */
export async function readConstraintsFile(file: string | undefined): Promise<PlannedFit['constraints']> {
  return file === undefined
    ? { document: { constraints: [], relations: [] } }
    : parseConstraints(await textOf(file), file);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError('NO_FILE', `The file ${file} cannot be read.`, { fix: 'check the path', cause });
  }
}
