import type { NoteKind } from './memory.ts';
import type { GaveWay } from './recall.ts';

/** What the input of a model call is made of. */
export const CONTEXT_TIERS = [
  'card',
  'tools',
  'blocks',
  'notes',
  'lessons',
  'summary',
  'messages',
  'results',
] as const;

/**
 * A part of what a model reads: who it is and how to work, the tools and the schema of its answer, memory blocks, notes and
 * lessons that were recalled, the summary of older messages, what was said, and what tools gave.
 */
export type ContextTier = (typeof CONTEXT_TIERS)[number];

/** Tokens, or a size in proportion to them, for each tier. */
export type ContextSizes = { readonly [Tier in ContextTier]: number };

/**
 * The input of one model call, in tokens; the tiers add up to them. `counted` says that they are its provider's figure; a model that
 * is no language model counts none, and then they are about as many as its text would take.
 */
export interface CallShares {
  readonly key: string;
  /** A path, as in events. */
  readonly phase: string;
  readonly role: string;
  readonly turn: number;
  readonly inputTokens: number;
  readonly counted: boolean;
  readonly tiers: ContextSizes;
}

/** Something of memory that work began with. `id` is that of a note, or the name of a block; `phase` a path, as in events. */
export interface Reminder {
  readonly phase: string;
  /** '' where it is for whoever does the work, as lessons are. */
  readonly role: string;
  readonly what: NoteKind | 'block';
  readonly id: string;
  /** What it says, in one line; of a block, which version of it. */
  readonly gist: string;
}

/** What a run read, and what it did with its memory. */
export interface RunShares {
  /** Answered calls, and failed ones whose provider counted, in order. */
  readonly calls: readonly CallShares[];
  readonly inputTokens: number;
  readonly tiers: ContextSizes;
  /** How often it was reminded, and of how many blocks, notes and lessons. */
  readonly recalled: {
    readonly times: number;
    readonly blocks: number;
    readonly notes: number;
    readonly lessons: number;
  };
  /** What these were, each once for whoever was reminded of it, in order. */
  readonly reminders: readonly Reminder[];
  /** How many notes it wished to keep, and what became of them. */
  readonly kept: {
    readonly new: number;
    readonly merged: number;
    readonly quarantined: number;
    readonly refused: number;
  };
  /** What nobody is reminded of any more because of them. */
  readonly gaveWay: readonly GaveWay[];
  /** How often its roles edited blocks. */
  readonly edits: number;
  /** Why it went on without memory, or with less than was wished; each message once. */
  readonly troubles: readonly string[];
}
