import type { CodedFailure } from './crew-error.ts';
import type { PersonAskEffect } from './effect.ts';
import type { ResolvedModel } from './fact.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { UsedPrompt } from './prompt-file.ts';
import type { Spend } from './run-event.ts';
import type { TrialCurve } from './trial-curve.ts';
import type { Usage } from './usage.ts';

/** One time that a phase, or a part of one, was worked on. Times are those of its facts; `endedAt` is absent while it is open. */
export interface PhaseVisit {
  /** A path, as in events: `merge`, `inspect.security`, `build/write`. */
  readonly phase: string;
  readonly kind: string;
  readonly visit: number;
  /** The fact at which it was begun. */
  readonly seq: number;
  readonly role?: string;
  readonly at: number;
  readonly endedAt?: number;
  /** How often it was begun, retries counted. */
  readonly attempts: number;
  readonly outcome?: 'completed' | 'failed' | 'cancelled';
  readonly failure?: CodedFailure;
}

/** One model call. `seq` is the fact that has its outcome; without outcome it is under way, or was when the run stopped. */
export interface CallRecord {
  readonly key: string;
  readonly phase: string;
  readonly role: string;
  /** `provider:name`. */
  readonly model: string;
  readonly turn: number;
  readonly at: number;
  readonly seq?: number;
  readonly ms?: number;
  readonly outcome?: 'answered' | 'failed' | 'cancelled';
  readonly failure?: CodedFailure;
  readonly usage?: Usage;
  readonly costMicroUsd?: number | null;
}

/** What one phase, role or model has spent; the rows of a run add up to what the run has spent. */
export interface SpendRow extends Spend {
  /** A path, the name of a role, or `provider:name`; '' for what no role or model did. */
  readonly name: string;
}

/** A question that a run waits for. */
export type WaitingQuestion = Pick<PersonAskEffect, 'id' | 'phase' | 'question'>;

/** A question and what a person said to it, at which moment, in the fact of which number. */
export interface AnsweredQuestion extends WaitingQuestion {
  readonly seq: number;
  readonly at: number;
  readonly choice: string | null;
  readonly text: string | null;
  readonly by: string;
}

/** What was wrong with memory, where it was first noticed: `''` for the end of the run. */
export interface MemoryTrouble {
  readonly phase: string;
  readonly message: string;
}

/** A request that was said again before the crew worked on it. */
export interface RewriteRecord {
  /** The input that it stands for. */
  readonly input: string;
  /** As it was given. */
  readonly request: string;
  /** As it was said again, and, once it is settled, as the crew has it. */
  readonly reformulated: string;
  readonly assumptions: readonly string[];
  /** What only a person can answer; empty once it is settled. */
  readonly questions: readonly string[];
  /** `accepted`, `edited`, `kept` or `left`; absent while a person is asked. */
  readonly how?: string;
}

/**
 * All that is known of a recorded run, from its facts alone. `waiting`: it stopped because of `failure` and can be
 * resumed; `open`: it is at work, or was when its process ended.
 */
export interface RunRecord {
  readonly runId: string;
  readonly crew: string;
  readonly goal: string;
  readonly programHash: string;
  readonly workspace: string;
  readonly status: 'success' | 'failure' | 'error' | 'waiting' | 'open';
  /** Where the run ended, when it did. */
  readonly endedAt?: string;
  readonly startedAt: number;
  /** The time of the last fact. */
  readonly lastAt: number;
  /** Milliseconds of work, without pauses. */
  readonly workedMs: number;
  readonly facts: number;
  /** The run that this one began with, and how many of its facts. */
  readonly forkedFrom?: { readonly runId: string; readonly at: number };
  readonly inputs: JsonObject;
  /** Absent unless the crew says one of its inputs again first, and has. */
  readonly reformulation?: RewriteRecord;
  /** The prompt files in the versions that the run used, those of crews inside with their path and a slash before `at`. */
  readonly prompts?: readonly UsedPrompt[];
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly path: readonly PhaseVisit[];
  readonly calls: readonly CallRecord[];
  /** The artifact of the latest visit that completed, by the path of its phase. */
  readonly artifacts: { readonly [phase: string]: JsonValue };
  readonly result?: JsonValue;
  readonly spend: {
    readonly total: Spend;
    /** The model calls that have no outcome yet, with the most that they can take, beside the total; absent when there are none. */
    readonly underWay?: Spend;
    readonly byPhase: readonly SpendRow[];
    readonly byRole: readonly SpendRow[];
    readonly byModel: readonly SpendRow[];
  };
  /** How the trials of phases with `reflect` went, a row for each visit; absent when there were none. */
  readonly trials?: readonly TrialCurve[];
  /** Where memory could not be used, or not as was wished, and why; each message once. Absent when nothing was wrong with it. */
  readonly memoryTroubles?: readonly MemoryTrouble[];
  readonly questions: readonly WaitingQuestion[];
  /** What people said, in order. */
  readonly answers: readonly AnsweredQuestion[];
  readonly failure?: CodedFailure;
}
