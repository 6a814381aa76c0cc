import type { Migration } from '../migration.ts';

/** Where an upload says that an image belongs which no registry has: whoever may see that place may see the image. */
export const uploaded: Migration = {
  id: '0011-uploaded',
  sql: `
ALTER TABLE placement ADD COLUMN uploaded text;  -- the name it was uploaded by; null where a registry told of it
`,
};
