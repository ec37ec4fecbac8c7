/** The layout of `runs.db` that this version writes; kept in `PRAGMA user_version`. */
export const SCHEMA_VERSION = 4;

const CREATE_ANSWERS = `
CREATE TABLE answers (
  run_id TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (run_id, question)
) STRICT, WITHOUT ROWID;
`;

const CREATE_SIGNALS = `
CREATE TABLE signals (
  run_id TEXT NOT NULL,
  nth INTEGER NOT NULL,
  signal TEXT NOT NULL,
  PRIMARY KEY (run_id, nth)
) STRICT, WITHOUT ROWID;
`;

/** What brings a layout to the next one, by the version that it starts from. */
export const MIGRATIONS: { readonly [from: number]: string } = {
  1: CREATE_ANSWERS,
  2: 'ALTER TABLE runs ADD COLUMN summary TEXT;',
  3: CREATE_SIGNALS,
};

/**
 * Creates the layout. `facts` is append-only: one row per fact, chained by `hash`; the unique index holds
 * "one effect, one outcome" in the database itself.
 */
export const CREATE_SCHEMA = `
CREATE TABLE runs (
  run_id TEXT PRIMARY KEY,
  crew TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  summary TEXT,
  program TEXT NOT NULL
) STRICT;
CREATE TABLE facts (
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  effect_key TEXT,
  fact TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX facts_by_effect ON facts (run_id, effect_key) WHERE effect_key IS NOT NULL;
CREATE TABLE intents (
  run_id TEXT NOT NULL,
  effect_key TEXT NOT NULL,
  PRIMARY KEY (run_id, effect_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE locks (
  run_id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  process_start TEXT NOT NULL
) STRICT;
${CREATE_ANSWERS}${CREATE_SIGNALS}
PRAGMA user_version = ${SCHEMA_VERSION};
`;
