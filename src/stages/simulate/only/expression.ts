import { UserError } from '../../../core/index.js';

export type Op = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** An expression of `--only`, as written. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'compare'; readonly name: string; readonly op: Op; readonly value: string };

const tokens = /\s*(?:("[^"]*"|'[^']*')|(<=|>=|!=|<>|=|<|>|\(|\))|([^\s()<>=!"']+))/gy;
type Token = { readonly kind: 'text' | 'sign' | 'word'; readonly text: string; readonly at: number };

/**
 * Reads an expression: names joined by `and`, `or`, `not` and parentheses, and comparisons (`age > 65`, `sex = female`).
 * Words in a row are one name (`heart failure`).
 * @throws UserError `BAD_ONLY` with the place of the first mistake.
 */
export function parseExpression(text: string): Expression {
  const list: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const at = match.index + match[0].length - match[0].trimStart().length;
    if (match[1] !== undefined) list.push({ kind: 'text', text: match[1].slice(1, -1), at });
    else if (match[2] !== undefined) list.push({ kind: 'sign', text: match[2], at });
    else list.push({ kind: 'word', text: match[3]!, at });
    end = match.index + match[0].length;
  }
  const reader = new Reader(text, list, end);
  return reader.whole();
}

class Reader {
  #at = 0;
  constructor(
    readonly text: string,
    readonly list: readonly Token[],
    readonly end: number,
  ) {}

  whole(): Expression {
    if (this.text.slice(this.end).trim() !== '')
      this.#fail(this.end, 'a name, a comparison or a parenthesis');
    const expression = this.#or();
    const rest = this.list[this.#at];
    if (rest !== undefined) this.#fail(rest.at, 'and, or, or the end');
    return expression;
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (this.#word('or')) parts.push(this.#and());
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  #and(): Expression {
    const parts = [this.#factor()];
    while (this.#word('and')) parts.push(this.#factor());
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
  }

  #factor(): Expression {
    if (this.#word('not')) return { kind: 'not', part: this.#factor() };
    if (this.#sign('(')) {
      const inner = this.#or();
      if (!this.#sign(')')) this.#fail(this.#place(), "')'");
      return inner;
    }
    const name = this.#name();
    const sign = this.list[this.#at];
    const op = sign?.kind === 'sign' ? opOf(sign.text) : undefined;
    if (op === undefined) return { kind: 'name', name };
    this.#at++;
    return { kind: 'compare', name, op, value: this.#name() };
  }

  #name(): string {
    const words: string[] = [];
    for (;;) {
      const token = this.list[this.#at];
      const joins = token?.kind === 'word' && /^(?:and|or|not)$/iu.test(token.text);
      if (token === undefined || token.kind === 'sign' || joins) break;
      words.push(token.text);
      this.#at++;
      if (token.kind === 'text') break;
    }
    if (words.length === 0) this.#fail(this.#place(), 'a name or a number');
    return words.join(' ');
  }

  #word(word: string): boolean {
    const token = this.list[this.#at];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #sign(sign: string): boolean {
    const token = this.list[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #place(): number {
    return this.list[this.#at]?.at ?? this.text.length;
  }

  #fail(at: number, expected: string): never {
    throw new UserError(
      'BAD_ONLY',
      `The expression of --only cannot be read at character ${at + 1}: ${this.text}`,
      {
        expected,
        got: this.text.slice(at).trim() === '' ? 'the end' : `'${this.text.slice(at, at + 20)}'`,
        fix: "write it like 'diabetes and age > 65', with and, or, not and parentheses",
      },
    );
  }
}

function opOf(sign: string): Op | undefined {
  switch (sign) {
    case '<>':
      return '!=';
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '=':
    case '!=':
      return sign;
    default:
      return undefined;
  }
}
