import { sql } from 'kysely';

/** Rows `image, components`, also of images that lie nowhere any more. */
export const everHeld = sql`(SELECT * FROM image_components UNION ALL SELECT * FROM image_components_gone)`;
