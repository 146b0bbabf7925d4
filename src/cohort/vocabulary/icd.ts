/** An ICD-10-CM code with its dot after the third character: 'A419' and 'A41.9' give 'A41.9', 'I10' stays. */
export function formatIcd10(code: string): string {
  const bare = code.trim().toUpperCase().replaceAll('.', '');
  return bare.length > 3 ? `${bare.slice(0, 3)}.${bare.slice(3)}` : bare;
}

/** {@link formatIcd10} as an SQL expression over a text expression. */
export function sqlFormatIcd10(expression: string): string {
  const bare = `replace(upper(trim(${expression})), '.', '')`;
  return `CASE WHEN length(${bare}) > 3 THEN substr(${bare}, 1, 3) || '.' || substr(${bare}, 4) ELSE ${bare} END`;
}

/** An ICD-9-CM code without its dot, as `vocab_icd9.code` holds it, as an SQL expression. */
export function sqlBareIcd9(expression: string): string {
  return `replace(upper(trim(${expression})), '.', '')`;
}

/**
 * An ICD-9-CM diagnosis code with its dot: after the fourth character for E codes, else after the third, as an SQL expression.
 */
export function sqlFormatIcd9(expression: string): string {
  const bare = sqlBareIcd9(expression);
  const head = `CASE WHEN starts_with(${bare}, 'E') THEN 4 ELSE 3 END`;
  return `CASE WHEN length(${bare}) > ${head} THEN substr(${bare}, 1, ${head}) || '.' || substr(${bare}, ${head} + 1) ELSE ${bare} END`;
}
