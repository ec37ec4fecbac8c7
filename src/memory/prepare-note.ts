import type { MemoryNote, MemoryProvenance, NewNote, Trust } from '../model/memory.ts';
import {
  MAX_DEPTH,
  MAX_MESSAGE_CHARS,
  MAX_NOTE_CHARS,
  MIN_EVIDENCE,
  VERBATIM_KINDS,
} from './memory-limits.ts';
import { gistOf } from './note-gist.ts';
import { noteHash } from './note-hash.ts';
import type { OpenMemory } from './open-memory.ts';
import { isStandingOrder, scanNote } from './scan-note.ts';
import { importanceByRule } from './stream/importance.ts';

/** Who writes: where it comes from, and the crew whose notes they are. */
export type NoteAuthor = MemoryProvenance & { readonly crew: string };

/** A note that may be written; its place in the order of its scope is still to come. */
export interface PreparedNote {
  readonly note: Omit<MemoryNote, 'seq'>;
  /** What was done to it, or why it waits for a person. */
  readonly reason?: string;
}

/** A note that is not written, and why. */
export interface RefusedNote {
  readonly refused: string;
}

/** The most that a source is trusted by its kind; a source of another kind lowers nothing. */
const TRUST_OF_SOURCE: ReadonlyMap<string, Trust> = new Map([
  ['model', 2],
  ['tool', 1],
  ['file', 1],
  ['web', 0],
  ['mcp', 0],
  ['crew', 0],
]);
/** What acts for itself later, and is not left to words from outside. */
const NOT_FROM_OUTSIDE: ReadonlySet<MemoryNote['kind']> = new Set(['lesson', 'plan', 'decision']);
/** A person may write what they like; the words of all others are looked at. */
const SCANNED_BELOW = 3;
const LONGEST_TAG = 80;
const MOST_TAGS = 20;

/**
 * Makes a note out of a wish, or says why not: secrets are taken out, a text that is too long is cut, trust is the least of
 * all sources and of all evidence, and what speaks to its reader, or is a lesson, plan or decision out of an untrusted source, waits for
 * a person. `known` are the notes that evidence and sources may name. The same for the same arguments.
 */
export function prepareNote(
  memory: Pick<OpenMemory, 'settings' | 'redact' | 'now'>,
  by: NoteAuthor,
  wish: { readonly id: string; readonly note: NewNote; readonly known: ReadonlyMap<string, MemoryNote> },
): PreparedNote | RefusedNote {
  const { id, note: wanted, known } = wish;
  const clean = memory.redact(wanted.text.toWellFormed()).trim();
  if (clean === '') return { refused: 'the text is empty' };
  const evidence = [...new Set(wanted.evidence ?? [])].filter(one => one !== id && known.has(one));
  const depth = depthOf(evidence, known);
  if (wanted.kind === 'insight' && evidence.length < MIN_EVIDENCE) {
    return {
      refused: `an insight needs ${MIN_EVIDENCE} notes that bear it out, found ${evidence.length}`,
    };
  }
  if (depth > MAX_DEPTH) return { refused: `thoughts about thoughts end after ${MAX_DEPTH} levels` };
  const limit = textLimit(wanted.kind);
  const text = cutTo(clean, limit);
  const trust = leastTrust(wanted, evidence, known);
  const tags = tidyTags(wanted.tags ?? []).map(memory.redact);
  const gist = gistOf(memory.redact(wanted.gist?.toWellFormed() ?? '')) || gistOf(text);
  const suspicion =
    trust < SCANNED_BELOW ? suspicionOf(wanted.kind, trust, [text, gist, ...tags]) : undefined;
  const now = memory.now();
  const { expiresAfterMs } = memory.settings;
  const expiresAt = wanted.expiresAt ?? (expiresAfterMs === undefined ? undefined : now + expiresAfterMs);
  const note: PreparedNote['note'] = {
    ...{ runId: by.runId, phase: by.phase, role: by.role, key: by.key, author: by.author, crew: by.crew },
    ...{ id, scope: wanted.scope, kind: wanted.kind, text, gist, tags, trust, evidence, depth },
    importance: within(wanted.importance ?? importanceByRule(wanted)),
    sources: [...new Set(wanted.sources)],
    outcome: wanted.outcome ?? 'unknown',
    state: suspicion === undefined ? 'active' : 'quarantined',
    hash: noteHash(text),
    seen: 1,
    createdAt: now,
    lastUsedAt: now,
    used: 0,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(wanted.kind === 'lesson' ? { lesson: newLesson(wanted.lesson?.task ?? '') } : {}),
  };
  const reason = suspicion ?? (text === clean ? undefined : `cut to ${limit} characters`);
  return reason === undefined ? { note } : { note, reason };
}

function newLesson(task: string): NonNullable<MemoryNote['lesson']> {
  return { task, uses: 0, passes: 0, fails: 0, pinned: false };
}

function depthOf(evidence: readonly string[], known: ReadonlyMap<string, MemoryNote>): number {
  return Math.max(0, ...evidence.map(id => 1 + (known.get(id)?.depth ?? 0)));
}

function leastTrust(
  { trust, sources }: NewNote,
  evidence: readonly string[],
  known: ReadonlyMap<string, MemoryNote>,
): Trust {
  const ofSources = sources.map(source => trustOfSource(source, known));
  const ofEvidence = evidence.map(id => known.get(id)?.trust ?? 0);
  return [trust, ...ofSources, ...ofEvidence].reduce((least, one) => (one < least ? one : least));
}

function trustOfSource(source: string, known: ReadonlyMap<string, MemoryNote>): Trust {
  const [kind = ''] = source.split(':', 1);
  // A note that is gone cannot vouch for anything any more.
  if (kind === 'note') return known.get(source.slice('note:'.length))?.trust ?? 0;
  return TRUST_OF_SOURCE.get(kind) ?? 3;
}

/** Why a text waits for a person, or undefined: what speaks to its reader, and what acts for itself but came from outside. Pure. */
export function suspicionOf(
  kind: MemoryNote['kind'],
  trust: Trust,
  texts: readonly string[],
): string | undefined {
  const ordered = kind !== 'lesson' && texts.some(isStandingOrder) ? 'a standing order' : undefined;
  const found = texts.map(scanNote).find(what => what !== undefined) ?? ordered;
  if (found !== undefined) return `waits for a person: ${found}`;
  if (trust > 0 || !NOT_FROM_OUTSIDE.has(kind)) return undefined;
  return `waits for a person: a ${kind} out of an untrusted source`;
}

/** Tags on one line each, each once, and not too many. Pure. */
export function tidyTags(tags: readonly string[]): readonly string[] {
  const tidy = tags.map(tag => oneLine(tag.toWellFormed()).slice(0, LONGEST_TAG)).filter(tag => tag !== '');
  return [...new Set(tidy)].slice(0, MOST_TAGS);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The most characters of a note of a kind. Pure. */
export function textLimit(kind: MemoryNote['kind']): number {
  return VERBATIM_KINDS.has(kind) ? MAX_MESSAGE_CHARS : MAX_NOTE_CHARS;
}

/** A trust lowered to the least that a kind of source may have, whatever notes it names. Pure. */
export function sourceTrust(trust: Trust, sources: readonly string[]): Trust {
  const most = sources.map(source => TRUST_OF_SOURCE.get(source.split(':', 1)[0] ?? '') ?? 3);
  return [trust, ...most].reduce((least, one) => (one < least ? one : least));
}

/** A text of at most so many characters. Pure. */
export function cutTo(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text
    .slice(0, limit - 1)
    .toWellFormed()
    .trimEnd()}…`;
}

function within(importance: number): number {
  return Number.isFinite(importance) ? Math.min(1, Math.max(0, importance)) : 0;
}
