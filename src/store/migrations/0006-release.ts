import type { Migration } from '../migration.ts';

/** Of which release an image's system is, so that the end of its life is noticed without a look into the image. */
export const release: Migration = {
  id: '0006-release',
  sql: `
ALTER TABLE image ADD COLUMN release text;    -- as dates of ends of life have it: debian/12
`,
};
