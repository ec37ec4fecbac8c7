import type { TalkWork } from '../../model/crew.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { TurnLoop } from '../turns/turn-loop-state.ts';

/** One reply of a conversation; its turn is its place in the list, from 1. */
export interface Said {
  readonly speaker: string;
  readonly reply: JsonValue;
  /** Who had the turn after it, or writes the artifact; known once that is settled. */
  readonly next?: string;
  /** What `next` is told beside the reply. */
  readonly brief?: string;
}

/** A reply that names no next speaker with the tool, while its speaker is asked to do so. */
interface FirstAnswer {
  readonly reply: JsonValue;
  readonly text: string;
}

/** What a conversation is at: one thing at a time. */
export type TalkDoing =
  | {
      readonly type: 'replying';
      readonly speaker: string;
      readonly loop: TurnLoop;
      readonly first?: FirstAnswer;
    }
  /** The conversation inside stands for the speaker. */
  | { readonly type: 'inside'; readonly speaker: string }
  | { readonly type: 'choosing'; readonly loop: TurnLoop }
  | { readonly type: 'closing'; readonly loop: TurnLoop };

/** A conversation under way: what was said, each reply once, and what is done now. */
export interface TalkState {
  readonly kind: 'talk';
  readonly work: TalkWork;
  readonly task: string;
  /** The inputs and artifacts that the task reads. */
  readonly values: JsonObject;
  readonly said: readonly Said[];
  /** In and out, of all answered calls so far. */
  readonly tokens: number;
  /** How many of the latest replies in a row said nothing new. */
  readonly stale: number;
  /** Absent until the statechart begins the turn that is due. */
  readonly now?: TalkDoing;
  /** Why the turn that is due is given to whom it is given. */
  readonly reason: string;
}

/** Who may speak after a participant, by the law of the conversation. Pure. */
export function candidatesAfter(work: TalkWork, speaker: string): readonly string[] {
  return (Object.hasOwn(work.transitions, speaker) ? work.transitions[speaker] : undefined) ?? [];
}
