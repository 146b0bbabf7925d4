/**
 * Draws from a saved network as another tool would: with ONNX Runtime and what the manifest says, without code of the package. Chance comes from the caller,
 * so that rows can be compared one by one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';

interface Value {
  readonly name: string;
  readonly type: 'float32' | 'int32';
  readonly shape: readonly (number | string)[];
  readonly meaning: string;
}
interface Coder {
  readonly kind: 'categories' | 'numbers';
  readonly categoryOf: readonly number[];
  readonly rare: number | null;
  readonly missing: number | null;
  readonly size: number;
  readonly spikes: readonly number[];
  readonly modes: readonly {
    readonly mean: number;
    readonly deviation: number;
  }[];
  readonly borders: readonly (readonly number[])[];
  readonly bounds: { readonly min: number; readonly max: number; readonly decimals: number | null } | null;
}
interface Variable {
  readonly column: string;
  readonly role: 'code' | 'flag' | 'group' | 'place';
  readonly start: number;
  readonly size: number;
  readonly parent: number | null;
  readonly flag: { readonly part: number; readonly code: number } | null;
}
interface Manifest {
  readonly model: {
    readonly schema: readonly { readonly name: string; readonly categories?: readonly string[] }[];
    readonly coders: readonly Coder[];
    readonly conditions: readonly { readonly choice: number; readonly ofClass: readonly number[][] }[];
    readonly labels: {
      readonly columns: readonly number[];
      readonly classes: readonly { readonly codes: readonly number[]; readonly rows: number }[];
    };
  };
  readonly network: {
    readonly file: string;
    readonly opset: number;
    readonly inputs: readonly Value[];
    readonly outputs: readonly Value[];
    readonly choices: readonly Variable[];
    readonly numbers: readonly { readonly column: string }[];
    readonly variables: readonly Variable[];
    readonly order: readonly number[];
    readonly visits: readonly number[];
    readonly alphaBar: readonly number[];
    readonly draw: readonly string[];
  };
}

export type Row = Record<string, string | number | null>;
/** A number in [0, 1). */
export type Chance = () => number;

export class SavedNetwork {
  readonly manifest: Manifest;
  readonly #session: ort.InferenceSession;

  private constructor(manifest: Manifest, session: ort.InferenceSession) {
    this.manifest = manifest;
    this.#session = session;
  }

  static async open(dir: string): Promise<SavedNetwork> {
    const manifest = JSON.parse(readFileSync(path.join(dir, 'model.json'), 'utf8')) as Manifest;
    const file = path.join(dir, manifest.network.file);
    return new SavedNetwork(manifest, await ort.InferenceSession.create(file, { intraOpNumThreads: 1 }));
  }

  /** Runs the network on inputs of `rows` rows, in the types and shapes that the manifest names. */
  async run(
    rows: number,
    feeds: Readonly<Record<string, ArrayLike<number>>>,
  ): Promise<Record<string, Float32Array>> {
    const inputs: Record<string, ort.Tensor> = {};
    for (const { name, type, shape } of this.manifest.network.inputs) {
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : rows));
      const data = type === 'int32' ? Int32Array.from(feeds[name]!) : Float32Array.from(feeds[name]!);
      inputs[name] = new ort.Tensor(type, data, dims);
    }
    const results = await this.#session.run(inputs);
    return Object.fromEntries(
      this.manifest.network.outputs.map(({ name }) => [name, results[name]!.data as Float32Array]),
    );
  }

  /** Width of an input or output of so many numbers a row. */
  width(name: string): number {
    const { inputs, outputs } = this.manifest.network;
    return Number([...inputs, ...outputs].find((value) => value.name === name)!.shape[1]);
  }

  /** Draws a code of a choice or variable by its logits; `above` is what the codes of its column begin at (the group's). */
  drawCode(
    variable: Variable,
    logits: Float32Array,
    { above, chance, missing }: { above: number; chance: Chance; missing: boolean },
  ): number {
    const coder = this.coderOf(variable.column);
    const whole = (code: number): number[] => {
      if (variable.role !== 'group') return [above + code];
      const size = this.placeOf(variable.column).size;
      return Array.from({ length: size }, (_, place) => code * size + place);
    };
    const allowed = (code: number): boolean =>
      variable.role === 'flag' ||
      whole(code).some(
        (c) =>
          c < coder.size &&
          (coder.kind === 'numbers' || c !== coder.rare) &&
          (missing || c !== coder.missing),
      );
    const held = Array.from(logits, (logit) => Math.min(Math.max(logit, -30), 30));
    const weights = held.map((logit, code) => (allowed(code) ? Math.exp(logit) : 0));
    let left = weights.reduce((sum, w) => sum + w, 0) * chance();
    return weights.findIndex((weight) => weight > 0 && (left -= weight) < 0);
  }

  coderOf(column: string): Coder {
    const { schema, coders } = this.manifest.model;
    return coders[schema.findIndex(({ name }) => name === column)]!;
  }

  placeOf(column: string): Variable {
    const { choices = [], variables = [] } = this.manifest.network as Partial<Manifest['network']>;
    return [...choices, ...variables].find((one) => one.column === column && one.role === 'place')!;
  }

  /** A column's value from its code, and its number where the code has one. */
  value(column: string, code: number, number: (coder: Coder) => number): Row[string] {
    const coder = this.coderOf(column);
    if (code === coder.missing) return null;
    if (coder.kind === 'categories') {
      const { categories } = this.manifest.model.schema.find(({ name }) => name === column)!;
      return categories![coder.categoryOf[code]!]!;
    }
    const x = number(coder);
    if (coder.bounds === null) return x;
    const { min, max, decimals } = coder.bounds;
    const scale = decimals === null ? 0 : 10 ** decimals;
    return Math.min(Math.max(scale === 0 ? x : Math.round(x * scale) / scale, min), max);
  }

  /** The choices of `tvae` and `ctgan` that their labels are. */
  get labels(): readonly { readonly start: number; readonly size: number }[] {
    const { schema, labels } = this.manifest.model;
    return labels.columns.map((c) =>
      this.manifest.network.choices.find(({ column }) => column === schema[c]!.name)!,
    );
  }

  /** The class and the codes of a row's labels. */
  drawLabels(pick: (weights: number[]) => number): { class: number; codes: readonly number[] } {
    const { classes } = this.manifest.model.labels;
    const own = pick(classes.map(({ rows }) => rows));
    return { class: own, codes: classes[own]!.codes };
  }

  /** Leaves of the labels' logits the codes that rows were told. */
  tell(said: Readonly<Record<string, Float32Array>>, told: readonly { codes: readonly number[] }[]): void {
    const width = this.width('logits');
    for (const [row, { codes }] of told.entries()) {
      for (const [i, { start, size }] of this.labels.entries()) {
        said['logits']!.fill(-100, row * width + start, row * width + start + size);
        said['logits']![row * width + start + codes[i]!] = 0;
      }
    }
  }

  /** Rows of `tvae` and `ctgan`: from what the decoder says. @param wobble what is added to a number's place, in deviations. */
  decodedRows(
    rows: number,
    said: Readonly<Record<string, Float32Array>>,
    { chance, wobble }: { chance: Chance; wobble: Chance },
  ): Row[] {
    const { choices, numbers } = this.manifest.network;
    const width = this.width('logits');
    return Array.from({ length: rows }, (_, row): Row => {
      const out: Row = {};
      for (const { name } of this.manifest.model.schema) {
        let code = 0;
        for (const choice of choices.filter(({ column }) => column === name)) {
          const above = choice.role === 'place' ? code * choice.size : 0;
          const from = row * width + choice.start;
          const logits = said['logits']!.subarray(from, from + choice.size);
          code = above + this.drawCode(choice, logits, { above, chance, missing: true });
        }
        const n = numbers.findIndex(({ column }) => column === name);
        const at = row * numbers.length + n;
        const x = n < 0 ? 0 : said['numbers']![at]! + (said['deviations']?.[at] ?? 0) * wobble();
        out[name] = this.value(name, code, ({ spikes, modes }) => {
          const mode = modes[code - spikes.length];
          return mode === undefined
            ? spikes[code]!
            : mode.mean + 4 * mode.deviation * Math.fround(Math.min(Math.max(x, -1), 1));
        });
      }
      return out;
    });
  }
}
