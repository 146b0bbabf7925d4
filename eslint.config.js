import tseslint from 'typescript-eslint';
import { importDirection } from './scripts/lint/import-direction.js';
import { determinism } from './scripts/lint/determinism.js';

export default tseslint.config(
  { ignores: ['dist/**', 'runs/**', 'coverage/**', 'node_modules/**', 'bench/peers/**/.venv/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      'max-params': ['error', 4],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { anamnesis: { rules: { importDirection } } },
    rules: { 'anamnesis/importDirection': 'error' },
  },
  { files: ['src/**/*.ts'], rules: determinism },
  { files: ['src/core/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/privacy/mechanisms/noise.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
