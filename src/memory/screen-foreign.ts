import type { MemoryBlock, MemoryNote } from '../model/memory.ts';
import { gistOf } from './note-gist.ts';
import { noteHash } from './note-hash.ts';
import { cutTo, sourceTrust, suspicionOf, textLimit, tidyTags } from './prepare-note.ts';
import { scanNote } from './scan-note.ts';

/** The most that the language lets a block have. */
const MAX_BLOCK_CHARS = 20_000;

/** A note of a file as it may be kept, and why it is held back where it is. */
export interface ScreenedNote {
  readonly note: MemoryNote;
  readonly heldBack?: string;
}

/**
 * A note that others wrote, under the rules of notes that are written here: secrets are taken out, its text is cut to what a
 * note may be, its hash is worked out anew, nobody here has pinned it, it is trusted as a model's words at most and never
 * more than its sources, and what speaks to its reader waits for a person. Pure.
 */
export function screenNote(redact: (text: string) => string, foreign: MemoryNote): ScreenedNote {
  const text = cutTo(redact(foreign.text.toWellFormed()).trim(), textLimit(foreign.kind));
  const gist = gistOf(redact(foreign.gist.toWellFormed())) || gistOf(text);
  const tags = tidyTags(foreign.tags).map(redact);
  const trust = sourceTrust(foreign.trust === 3 ? 2 : foreign.trust, foreign.sources);
  const { lesson } = foreign;
  const note: MemoryNote = {
    ...{ ...foreign, text, gist, tags, trust, hash: noteHash(text) },
    ...(lesson === undefined ? {} : { lesson: { ...lesson, pinned: false } }),
  };
  const heldBack =
    foreign.state === 'active' ? suspicionOf(note.kind, trust, [text, gist, ...tags]) : undefined;
  return heldBack === undefined ? { note } : { note: { ...note, state: 'quarantined' }, heldBack };
}

/** Why a block that others wrote is not taken, or undefined: it is over its limit, or speaks to its reader. Pure. */
export function refuseBlock({ value, limit, description }: MemoryBlock): string | undefined {
  if (value.length > limit) return `${value.length} characters, and its limit is ${limit}`;
  if (limit > MAX_BLOCK_CHARS) return `its limit is ${limit}, and no block has more than ${MAX_BLOCK_CHARS}`;
  return scanNote(value) ?? scanNote(description);
}
