import { sql } from 'kysely';
import { fetchRows } from './fetch-rows.ts';
import { eachNumber } from './number-list.ts';
import type { StoreTransaction } from './tables.ts';

/** From so many images on, one pass over their lists is quicker than a join with all their candidates. */
const manyImages = 500;
const imagesAtOnce = 400;

/** Looks for the highest risk of these images anew: a maximum does not follow from differences. */
export async function findHighestRisk(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length < manyImages) return joinHighestRisk(transaction, images);
  const { rows } = await sql<{ image: number }>`SELECT DISTINCT image FROM excepted
    WHERE image = ANY(${images}::integer[])`.execute(transaction);
  const withExceptions = new Set(rows.map(({ image }) => image));
  await joinHighestRisk(transaction, [...withExceptions]);
  await passHighestRisk(
    transaction,
    images.filter((image) => !withExceptions.has(image)),
  );
}

/** Finding by finding, without those that are excepted. */
async function joinHighestRisk(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0) return;
  await sql`UPDATE image_summary SET risk = now.risk FROM (
      SELECT held.image, coalesce(max(candidate.risk) FILTER (WHERE NOT EXISTS (SELECT FROM excepted
        WHERE excepted.image = held.image AND excepted.component = candidate.component AND excepted.flaw = candidate.flaw)), 0)::real AS risk
      FROM (SELECT image, unnest(components) AS component FROM image_components WHERE image = ANY(${images}::integer[])) AS held
      LEFT JOIN candidate ON candidate.component = held.component GROUP BY held.image
    ) AS now WHERE now.image = image_summary.image`.execute(transaction);
}

/** Of images without exceptions: the highest of what their components have at most. */
async function passHighestRisk(transaction: StoreTransaction, images: readonly number[]): Promise<void> {
  if (images.length === 0) return;
  const { rows } = await sql<{ component: number; risk: number }>`SELECT component, max(risk) AS risk FROM candidate
    GROUP BY component`.execute(transaction);
  const most = rows.reduce((highest, { component }) => Math.max(highest, component), 0);
  const riskOf = new Float32Array(most + 1);
  for (const { component, risk } of rows) riskOf[component] = risk;
  const found: { readonly image: number; readonly risk: number }[] = [];
  const lists = sql<{
    image: number;
    components: string;
  }>`SELECT image, components::text AS components FROM image_components
    WHERE image = ANY(${images}::integer[])`;
  for await (const batch of fetchRows(transaction, lists, imagesAtOnce))
    for (const { image, components } of batch) {
      let risk = 0;
      eachNumber(components, (component) => {
        const own = riskOf[component] ?? 0;
        if (own > risk) risk = own;
      });
      found.push({ image, risk });
    }
  await sql`UPDATE image_summary SET risk = now.risk FROM unnest(
      ${found.map(({ image }) => image)}::integer[], ${found.map(({ risk }) => risk)}::real[]
    ) AS now (image, risk) WHERE now.image = image_summary.image AND image_summary.risk <> now.risk`.execute(
    transaction,
  );
}
