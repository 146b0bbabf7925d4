import type { Linter } from 'eslint';

export const determinism: { 'no-restricted-syntax': Linter.RuleEntry & unknown[] };
