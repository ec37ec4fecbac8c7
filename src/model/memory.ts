/**
 * What is remembered. Tiers are those of MemGPT (arXiv 2310.08560): core blocks stand in the context, recall is every past
 * message, the archive is a stream of notes (Generative Agents, arXiv 2304.03442 §4). Lessons are those of Reflexion
 * (arXiv 2303.11366).
 */

/** Whom something is remembered for. `user` is one person's, in all projects; `project` is that of one workspace. */
export const MEMORY_LEVELS = ['run', 'role', 'crew', 'project', 'user'] as const;

export type MemoryLevel = (typeof MEMORY_LEVELS)[number];

/** A level with its owner: `run:ID`, `role:CREW/ROLE`, `crew:CREW`, `project`, `user`. Nothing is found outside of the scopes asked for. */
export type MemoryScope = string;

/** The scope of a level for a role of a crew in a run. Pure. */
export function scopeOfLevel(
  level: MemoryLevel,
  of: { readonly crew: string; readonly role: string; readonly runId: string },
): MemoryScope {
  switch (level) {
    case 'run':
      return `run:${of.runId}`;
    case 'role':
      return `role:${of.crew}/${of.role}`;
    case 'crew':
      return `crew:${of.crew}`;
    case 'project':
    case 'user':
      return level;
  }
}

/**
 * What a note is: an observation of the stream, a lesson of a failed attempt, an insight out of several notes, a plan, a
 * decision of the crew about itself, a fact that a role chose to keep, a message of a conversation, or the summary that
 * took the place of some.
 */
export const NOTE_KINDS = [
  'observation',
  'lesson',
  'insight',
  'plan',
  'decision',
  'fact',
  'message',
  'summary',
] as const;

export type NoteKind = (typeof NOTE_KINDS)[number];

/** Only `active` notes are recalled. `quarantined` wait for a person, `retired` did not help, the others gave way. */
export const NOTE_STATES = [
  'active',
  'quarantined',
  'archived',
  'superseded',
  'retracted',
  'retired',
] as const;

export type NoteState = (typeof NOTE_STATES)[number];

/**
 * How far words may be trusted: 3 a person or the author of the procedure, 2 a model over trusted words, 1 a tool of ours,
 * 0 whatever came from outside. A note has the least of its sources.
 */
export type Trust = 0 | 1 | 2 | 3;

/** Where a note or a change comes from. */
export interface MemoryProvenance {
  readonly runId: string;
  /** A path, as in events; '' when nobody's phase did it. */
  readonly phase: string;
  readonly role: string;
  /** The key of the effect whose fact it stands in; '' for what a person did by a command. */
  readonly key: string;
  /** `provider:name` of the model that wrote it, `rule`, or `person`. */
  readonly author: string;
}

/** How a lesson did. `passes` and `fails` count the tasks that were begun with it, by how their first trial came out. */
export interface LessonRecord {
  /** A hash of the task that taught it, without what changes from run to run. */
  readonly task: string;
  readonly uses: number;
  readonly passes: number;
  readonly fails: number;
  /** A person wants it kept, whatever its figures. */
  readonly pinned: boolean;
  /** Why it was retired. */
  readonly retiredFor?: string;
}

/** One thing that is remembered. Scores and importance are 0..1; times are wall-clock milliseconds. */
export interface MemoryNote extends MemoryProvenance {
  readonly id: string;
  readonly scope: MemoryScope;
  readonly crew: string;
  /** Its place in the order of writing of its scope, from 1; neighbours are one apart. */
  readonly seq: number;
  readonly kind: NoteKind;
  readonly text: string;
  /** What it means, in one line; searched together with the text. */
  readonly gist: string;
  readonly tags: readonly string[];
  readonly importance: number;
  readonly trust: Trust;
  /** What it was made of: `user`, `tool:git.diff`, `web:host`, `file:path@hash`, `note:ID`. */
  readonly sources: readonly string[];
  /** Ids of notes that bear it out. */
  readonly evidence: readonly string[];
  /** 0 for what was seen, one more than the deepest evidence for what was thought. */
  readonly depth: number;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly state: NoteState;
  readonly supersededBy?: string;
  /** sha256 of the normalised text, in hex; equal notes of one scope are one. */
  readonly hash: string;
  /** How often the same was written. */
  readonly seen: number;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly used: number;
  readonly expiresAt?: number;
  /** Present exactly in lessons. */
  readonly lesson?: LessonRecord;
}

/** A note as it is wished for; the rest is worked out when it is written. `key` is unique inside its effect. */
export interface NewNote {
  readonly key: string;
  readonly scope: MemoryScope;
  readonly kind: NoteKind;
  readonly text: string;
  readonly gist?: string;
  readonly tags?: readonly string[];
  readonly importance?: number;
  readonly trust: Trust;
  readonly sources: readonly string[];
  readonly evidence?: readonly string[];
  readonly outcome?: MemoryNote['outcome'];
  readonly expiresAt?: number;
  readonly lesson?: Pick<LessonRecord, 'task'>;
}

/** A block of core memory: text that stands in the context of those who share it. Key: `scope` and `label`. */
export interface MemoryBlock {
  readonly scope: MemoryScope;
  readonly label: string;
  readonly value: string;
  /** Most characters of the value. */
  readonly limit: number;
  readonly description: string;
  readonly readOnly: boolean;
  /** Counts its changes from 1; a change names the version that it was made from. */
  readonly version: number;
  readonly trust: Trust;
  readonly updatedAt: number;
  readonly updatedBy: MemoryProvenance;
}

/** One change of a note or a block, kept for ever: what `crew memory log`, `blame` and `revert` go by. */
export interface MemoryChange {
  readonly id: string;
  readonly at: number;
  readonly by: MemoryProvenance;
  readonly what: 'note' | 'block';
  /** The id of the note, or `scope label` of the block. */
  readonly target: string;
  readonly action:
    | 'write'
    | 'merge'
    | 'supersede'
    | 'retire'
    | 'pin'
    | 'release'
    | 'quarantine'
    | 'edit'
    | 'forget'
    | 'revert';
  /** Text before and after, where it changed. */
  readonly before?: string;
  readonly after?: string;
  readonly reason?: string;
}
