import type { MemoryNote } from '../model/memory.ts';

const SUBJECT_TAG = 'subject:';
/** What stands between that of which something is said and what is said of it, where there is one such thing at a time. */
const COPULA = /^(?:is|are|was|were|equals|runs|listens|defaults|lasts|costs|expires|=|:|=>|->)$/;
const UNITS =
  'ms|s|secs?|seconds?|mins?|minutes?|h|hours?|days?|weeks?|months?|years?|bytes?|[kmgt]i?b|percent|%';
const MONTHS =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
/** Values of several words come first, so that they are one. */
const PIECE = new RegExp(
  [
    '`[^`]+`',
    '"[^"]+"',
    "(?<!\\S)'[^']+'",
    `(?<!\\S)\\d{1,2} (?:${MONTHS})(?: \\d{4})?(?![\\p{L}\\p{N}])`,
    `(?<!\\S)(?:${MONTHS}) \\d{1,2}(?:,? \\d{4})?(?![\\p{L}\\p{N}])`,
    `(?<!\\S)\\d+(?:\\.\\d+)? ?(?:${UNITS})(?![\\p{L}\\p{N}])`,
    '\\S+',
  ].join('|'),
  'gu',
);
/** Values of which only one holds at a time, by what they are; one of a kind takes the place of another of that kind. */
const KINDS: readonly (readonly [kind: string, RegExp])[] = [
  ['quoted', /^(?:`.*`|".*"|'.*')$/],
  ['date', new RegExp(`^(?:\\d{4}-\\d\\d-\\d\\d|\\d{1,2} (?:${MONTHS}).*|(?:${MONTHS}) \\d.*)$`)],
  ['time', /^\d{1,2}:\d\d(?::\d\d)?$/],
  ['size', /^\d+(?:\.\d+)? ?(?:bytes?|[kmgt]i?b)$/],
  ['share', /^\d+(?:\.\d+)? ?(?:percent|%)$/],
  ['duration', new RegExp(`^\\d+(?:\\.\\d+)? ?(?:${UNITS})$`)],
  ['figure', /^[-+]?[v$€£]?\d[\d.,_]*$/],
  ['name with a figure', /\d/],
  ['true or false', /^(?:true|false)$/],
  ['on or off', /^(?:on|off)$/],
  ['yes or no', /^(?:yes|no)$/],
  ['enabled or disabled', /^(?:enabled|disabled)$/],
  ['open or closed', /^(?:open|closed)$/],
  ['allowed or forbidden', /^(?:allowed|forbidden)$/],
  ['required or optional', /^(?:required|optional)$/],
];
/** The farthest that a value stands behind its copula, in words. */
const FARTHEST = 3;

/** What of a note tells what it is about. */
type Subject = Pick<MemoryNote, 'kind' | 'text' | 'tags'>;

/**
 * Whether two notes say different things of one subject, so that only the later one can hold: they carry the same tag
 * `subject:…`, or are facts or decisions of which all words are the same, also those that stand behind it, but one value
 * after an "is", and both values are of one kind (figures, days, durations, quoted names, on and off). Anything else is left to
 * stand side by side, because what was taken for a contradiction is lost. Pure.
 */
export function sameSubject(one: Subject, other: Subject): boolean {
  const keys = new Set(subjectKeys(one));
  if (!subjectKeys(other).some(key => keys.has(key))) return false;
  return hasSubjectTag(one, other) || piecesOf(one.text).join(' ') !== piecesOf(other.text).join(' ');
}

/** What a note may be found by that says another thing of its subject: those that share no key are about different things. Pure. */
export function subjectKeys({ kind, text, tags }: Subject): readonly string[] {
  const tagged = tags.filter(isSubjectTag).map(tag => JSON.stringify([kind, tag]));
  if (kind !== 'fact' && kind !== 'decision') return tagged;
  const pieces = piecesOf(text);
  const said = pieces.flatMap((piece, at) => {
    const value = KINDS.find(([, pattern]) => pattern.test(piece));
    if (value === undefined) return [];
    const copula = pieces.slice(0, at).findLastIndex(word => COPULA.test(word));
    if (copula < 1 || at - copula > FARTHEST) return [];
    // What something is not, it may be several times.
    if (pieces.slice(copula, at).some(word => word === 'not' || word === 'no')) return [];
    return [JSON.stringify([kind, value[0], ...pieces.with(at, '')])];
  });
  return [...tagged, ...said];
}

function hasSubjectTag(one: Subject, other: Subject): boolean {
  return one.kind === other.kind && one.tags.some(tag => isSubjectTag(tag) && other.tags.includes(tag));
}

function isSubjectTag(tag: string): boolean {
  return tag.startsWith(SUBJECT_TAG) && tag.length > SUBJECT_TAG.length;
}

/** The words of a text, and each value as one; in lower case, without the marks behind them. */
function piecesOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(=>|->|[:=])(?= )/g, ' $1');
  return (plain.match(PIECE) ?? [])
    .map(piece => piece.replace(/[.,;!?]+$/, ''))
    .filter(piece => piece !== '');
}
