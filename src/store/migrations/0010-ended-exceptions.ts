import type { Migration } from '../migration.ts';

/** What exceptions covered once, and when they stood: history tells of both. */
export const endedExceptions: Migration = {
  id: '0010-ended-exceptions',
  sql: `
ALTER TABLE exception ADD approved_at timestamptz, ADD ended_at timestamptz, ADD ended_by text, ADD end_note text;
-- What was withdrawn before does not tell whether it had ever stood.
UPDATE exception SET approved_at = decided_at WHERE state IN ('approved', 'expired');
UPDATE exception SET ended_at = expires WHERE state = 'expired';

-- Findings that an exception covered.
CREATE TABLE excepted_past (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  component integer NOT NULL,
  flaw integer NOT NULL,
  exception uuid NOT NULL REFERENCES exception ON DELETE CASCADE,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  again boolean NOT NULL                   -- counted from then on: not covered by another one, nor gone
);
CREATE INDEX excepted_past_image ON excepted_past (image);
CREATE INDEX excepted_past_exception ON excepted_past (exception);
`,
};
