/**
 * Ways to group diagnosis codes: ICD-10-CM's three-character category, ICD-9-CM's three-digit category (E codes four
 * characters), ICD-9-CM's chapters with diabetes (250) apart, or the code as it is.
 */
export const groupings = ['icd10-category', 'icd9-category', 'icd9-chapter', 'code'] as const;
export type Grouping = (typeof groupings)[number];

/** First three-digit category of each ICD-9-CM chapter (CMS, ICD-9-CM tabular list), with a short name. */
const icd9Chapters: readonly (readonly [number, string])[] = [
  [1, 'infectious'],
  [140, 'neoplasms'],
  [240, 'endocrine'],
  [280, 'blood'],
  [290, 'mental'],
  [320, 'nervous and senses'],
  [390, 'circulatory'],
  [460, 'respiratory'],
  [520, 'digestive'],
  [580, 'genitourinary'],
  [630, 'pregnancy'],
  [680, 'skin'],
  [710, 'musculoskeletal'],
  [740, 'congenital'],
  [760, 'perinatal'],
  [780, 'symptoms'],
  [800, 'injury'],
];

/** The group of a code (without its system), or null where the code does not have the grouping's form. */
export function groupOf(grouping: Grouping, code: string): string | null {
  switch (grouping) {
    case 'code':
      return code === '' ? null : code;
    case 'icd10-category':
      return /^[A-Z]\d[0-9A-Z]/.exec(code.toUpperCase())?.[0] ?? null;
    case 'icd9-category':
      return icd9Category(code);
    case 'icd9-chapter':
      return icd9Chapter(code);
  }
}

/** '250.83' and '25083' → '250', 'V27.1' → 'V27', 'E950.2' → 'E950'. A short '8' with decimals is category '008'. */
function icd9Category(code: string): string | null {
  const text = code.toUpperCase();
  const lettered = /^(?:V\d{2}|E\d{3})/.exec(text)?.[0];
  if (lettered !== undefined) return lettered;
  const dotted = /^(\d{1,3})(?:\.\d*)?$/.exec(text)?.[1];
  return dotted?.padStart(3, '0') ?? /^\d{3}(?=\d{1,2}$)/.exec(text)?.[0] ?? null;
}

function icd9Chapter(code: string): string | null {
  const category = icd9Category(code);
  if (category === null) return null;
  if (category.startsWith('V')) return 'supplementary';
  if (category.startsWith('E')) return 'external causes';
  const number = Number(category);
  if (number === 250) return 'diabetes';
  return icd9Chapters.findLast(([first]) => first <= number)?.[1] ?? null;
}
