import { z } from 'zod';
import { CohortStore, races } from '../../../cohort/index.js';
import { Database } from '../../../duckdb/index.js';
import { payerGroups } from '../life/index.js';
import type { DemographicCell } from '../life/index.js';

const rows = z.array(
  z.object({
    age: z.coerce.number(),
    sex: z.enum(['female', 'male']).nullable().catch(null),
    race: z.enum(races).nullable().catch(null),
    ethnicity: z.enum(['hispanic', 'nonhispanic']).nullable().catch(null),
    payer: z.enum(payerGroups).nullable(),
    n: z.coerce.number(),
  }),
);

/**
 * Counts the people of a cohort store by age at their last encounter (or death), sex, race, ethnicity and payer, for `--like`. What the store
 * writes in other words than ours counts as not said; a payer that is neither Medicare nor Medicaid nor nobody is a private one.
 * @param subjects only these
 */
export async function demographicsOf(dir: string, subjects?: readonly number[]): Promise<DemographicCell[]> {
  const store = await CohortStore.open(dir);
  const db = await Database.open({ threads: 1 });
  try {
    await store.views(db, 'like_');
    const found = rows.parse(
      await db.rows(`
        WITH last AS (
          SELECT subject_id, max(coalesce("end", start)) AS at FROM like_encounters GROUP BY subject_id
        )
        SELECT greatest(0, date_sub('year', s.birth_time, coalesce(s.death_time, last.at))) AS age,
          CASE lower(s.sex) WHEN 'f' THEN 'female' WHEN 'm' THEN 'male' ELSE lower(s.sex) END AS sex,
          CASE WHEN lower(s.race) LIKE '%white%' THEN 'white' WHEN lower(s.race) LIKE '%black%' THEN 'black'
            WHEN lower(s.race) LIKE '%asian%' THEN 'asian' WHEN lower(s.race) LIKE '%hawaiian%' THEN 'hawaiian'
            WHEN lower(s.race) LIKE '%native%' OR lower(s.race) LIKE '%indian%' THEN 'native' ELSE NULL END AS race,
          lower(s.ethnicity) AS ethnicity,
          CASE WHEN lower(s.payer) LIKE '%medicare%' THEN 'medicare' WHEN lower(s.payer) LIKE '%medicaid%' THEN 'medicaid'
            WHEN lower(s.payer) IN ('no insurance', 'uninsured', 'self pay', 'self-pay', 'no charge') THEN 'uninsured'
            WHEN s.payer IS NULL OR lower(s.payer) IN ('', 'unknown') THEN NULL ELSE 'private' END AS payer,
          count(*) AS n
        FROM like_subjects s LEFT JOIN last USING (subject_id)
        WHERE s.birth_time IS NOT NULL AND coalesce(s.death_time, last.at) IS NOT NULL
          ${subjects === undefined ? '' : `AND s.subject_id IN (${[-1, ...subjects].map(Number).join(', ')})`}
        GROUP BY ALL ORDER BY ALL`),
    );
    return found.map(({ age, n, ...group }) => ({ ageYears: Math.min(110, age), ...group, count: n }));
  } finally {
    db.close();
  }
}
