export const decisions = `
-- Decisions of people ---------------------------------------------------------------------------------------------------

CREATE TABLE exception (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scope jsonb NOT NULL,
  reason text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,                     -- asked, approved, refused, expired, withdrawn
  expires timestamptz,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  decided_by text,
  decided_at timestamptz,
  decision_note text
);

-- The findings that an approved exception covers now.
CREATE TABLE excepted (
  image integer NOT NULL REFERENCES image ON DELETE CASCADE,
  component integer NOT NULL,
  flaw integer NOT NULL,
  exception uuid NOT NULL REFERENCES exception ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (image, component, flaw)
);
CREATE INDEX excepted_exception ON excepted (exception);
CREATE INDEX excepted_flaw ON excepted (flaw);

-- What people decided about an update; the update itself is derived.
CREATE TABLE recommendation_note (
  key text PRIMARY KEY,
  owner text,
  due date,
  status text NOT NULL DEFAULT 'open',
  changed timestamptz NOT NULL DEFAULT now()
);

`;
