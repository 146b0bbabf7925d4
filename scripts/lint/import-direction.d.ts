import type { Rule } from 'eslint';

export const layers: readonly (readonly string[])[];
export const importDirection: Rule.RuleModule;
