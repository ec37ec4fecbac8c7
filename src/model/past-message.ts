/**
 * Something that stood in a conversation of a run: what a role or model said, what it was told, or what a tool gave it. `at` is
 * when it was said, or first sent, in wall-clock milliseconds.
 */
export interface PastMessage {
  readonly runId: string;
  /** The crew whose role it was: the run's, or one inside it. */
  readonly crew: string;
  /** A path, as in events. */
  readonly phase: string;
  readonly role: string;
  readonly at: number;
  readonly what: 'said' | 'told' | 'tool result';
  /** Present for results of tools. */
  readonly tool?: string;
  readonly text: string;
  /** It comes from outside, or stands where words from outside were read. */
  readonly untrusted?: true;
}

/** Which runs are looked at: the one that is under way, the earlier ones of its crew, or all. */
export type PastRuns = 'this' | 'earlier' | 'all';
