import type { NoteKind } from '../model/memory.ts';

/** Most characters of a note; longer ones are cut, and say so. */
export const MAX_NOTE_CHARS = 2000;
/** Most characters of a message of a conversation. */
export const MAX_MESSAGE_CHARS = 8000;
/** Most notes that one run may write out of one source, so that no source can flood a memory. */
export const MAX_NOTES_OF_SOURCE = 200;
/** Most messages that one run may write. */
export const MAX_MESSAGES_OF_RUN = 5000;
/** Thoughts about thoughts end here. */
export const MAX_DEPTH = 3;
/** The least evidence of an insight. */
export const MIN_EVIDENCE = 2;
/** Vectors of two notes that are so close say nearly the same. */
export const NEAR_COSINE = 0.95;

/** Kinds that are kept word for word and each for itself: equal ones are not one. */
export const VERBATIM_KINDS: ReadonlySet<NoteKind> = new Set(['message', 'summary']);
