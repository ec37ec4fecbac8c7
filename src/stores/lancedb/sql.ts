import type { NoteFilter } from '../../ports/memory-store.ts';

/** A text as SQL: filters of LanceDB have no parameters, and a quote is the only character that ends a literal. Pure. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A condition that a column is one of some texts; nothing is one of none. Pure. */
export function sqlOneOf(column: string, texts: readonly string[]): string {
  return texts.length === 0 ? 'false' : `${column} in (${texts.map(sqlText).join(', ')})`;
}

type Condition = (filter: NoteFilter) => string | undefined;

/** One row for each word of a filter, so that none can be forgotten; `undefined` narrows nothing. */
const CONDITIONS = {
  scopes: ({ scopes }) => (scopes === 'all' ? undefined : sqlOneOf('scope', scopes)),
  states: ({ states = ['active'] }) => (states === 'all' ? undefined : sqlOneOf('state', states)),
  kinds: ({ kinds }) => kinds && sqlOneOf('kind', kinds),
  ids: ({ ids }) => ids && sqlOneOf('id', ids),
  crew: ({ crew }) => equals('crew', crew),
  runId: ({ runId }) => equals('run_id', runId),
  phase: ({ phase }) => equals('phase', phase),
  role: ({ role }) => equals('role', role),
  tagsAny: ({ tagsAny }) => tagsAny && hasAny('tags', tagsAny),
  tagsAll: ({ tagsAll }) =>
    tagsAll === undefined || tagsAll.length === 0
      ? undefined
      : tagsAll.map(tag => hasAny('tags', [tag])).join(' and '),
  sources: ({ sources }) => sources && hasAny('sources', sources),
  evidence: ({ evidence }) => evidence && hasAny('evidence', evidence),
  hash: ({ hash }) => equals('hash', hash),
  seqs: ({ seqs }) => seqs && (seqs.length === 0 ? 'false' : `seq in (${seqs.map(sqlNumber).join(', ')})`),
  since: ({ since }) => (since === undefined ? undefined : `created_at >= ${sqlNumber(since)}`),
  until: ({ until }) => (until === undefined ? undefined : `created_at < ${sqlNumber(until)}`),
  minTrust: ({ minTrust }) => (minTrust === undefined ? undefined : `trust >= ${sqlNumber(minTrust)}`),
  validAt: ({ validAt }) =>
    validAt === undefined ? undefined : `(expires_at is null or expires_at > ${sqlNumber(validAt)})`,
} satisfies { readonly [Word in keyof Required<NoteFilter>]: Condition };

const ALL_CONDITIONS: readonly Condition[] = Object.values(CONDITIONS);

/** The condition that a filter is for the columns of `notes`; undefined when it narrows nothing. Pure. */
export function sqlFilter(filter: NoteFilter): string | undefined {
  const conditions = ALL_CONDITIONS.map(condition => condition(filter)).filter(one => one !== undefined);
  return conditions.length === 0 ? undefined : conditions.join(' and ');
}

/** A number as SQL. Pure. */
export function sqlNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number, found ${value}`);
  return `cast(${value} as double)`;
}

function equals(column: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${column} = ${sqlText(text)}`;
}

function hasAny(column: string, texts: readonly string[]): string {
  return texts.length === 0 ? 'false' : `array_has_any(${column}, [${texts.map(sqlText).join(', ')}])`;
}
