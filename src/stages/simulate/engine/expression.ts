/** Reads a name's number at the moment; undefined when it has none. */
export type Lookup<T> = (who: T, name: string) => number | undefined;

/**
 * Compiles an arithmetic expression of modules: numbers, `#{name}` for a vital sign or attribute, + − * / and parentheses. A name
 * without a number counts as 0, as an unset attribute does in Synthea's expressions.
 * @returns the function, or the position (from 0) of what could not be read.
 */
export function compileExpression<T>(
  text: string,
  lookup: Lookup<T>,
): ((who: T) => number) | { readonly badAt: number } {
  let at = 0;
  const tokens = [...text.matchAll(/\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|#\{([^}]+)\}|([-+*/()]))/gy)];
  const end = tokens.length === 0 ? 0 : tokens.at(-1)!.index + tokens.at(-1)![0].length;
  if (text.slice(end).trim() !== '' || tokens.length === 0) return { badAt: end };
  type F = (who: T) => number;
  class Bad extends Error {}
  const peek = (): string | undefined => tokens[at]?.[3];
  const sum = (): F => {
    let left = product();
    while (peek() === '+' || peek() === '-') {
      const minus = tokens[at++]![3] === '-';
      const a = left;
      const b = product();
      left = minus ? (who) => a(who) - b(who) : (who) => a(who) + b(who);
    }
    return left;
  };
  const product = (): F => {
    let left = factor();
    while (peek() === '*' || peek() === '/') {
      const over = tokens[at++]![3] === '/';
      const a = left;
      const b = factor();
      left = over ? (who) => a(who) / b(who) : (who) => a(who) * b(who);
    }
    return left;
  };
  const factor = (): F => {
    const token = tokens[at++];
    if (token === undefined) throw new Bad();
    if (token[1] !== undefined) {
      const value = Number(token[1]);
      return () => value;
    }
    if (token[2] !== undefined) {
      const name = token[2].trim();
      return (who) => lookup(who, name) ?? 0;
    }
    if (token[3] === '-') {
      const inner = factor();
      return (who) => -inner(who);
    }
    if (token[3] !== '(') throw new Bad();
    const inner = sum();
    if (tokens[at++]?.[3] !== ')') throw new Bad();
    return inner;
  };
  try {
    const whole = sum();
    return at === tokens.length ? whole : { badAt: tokens[at]!.index };
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    return { badAt: tokens[Math.min(at, tokens.length) - 1]?.index ?? 0 };
  }
}
