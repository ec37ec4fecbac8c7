import type { CodedFailure } from '../model/crew-error.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import type { RunEvent, Spend } from '../model/run-event.ts';
import type { RunRecord, WaitingQuestion } from '../model/run-record.ts';
import type { PersonAnswer, RunHeader } from '../ports/engine.ts';

/** A crew as clients see it. `result` is the schema of what its procedure may end with, as far as that is known before a run. */
interface ServedCrew {
  readonly name: string;
  readonly goal: string;
  readonly inputSchema: JsonObject;
  readonly result: JsonSchema;
  /** Whether every tool that a run may call only reads. */
  readonly readOnly: boolean;
}

/** A question that a run waits for, as it is put to a person, and the commands that answer it in another shell. */
export interface OpenQuestion extends WaitingQuestion {
  readonly text: string;
  readonly commands: readonly string[];
}

/** How a run was left. One that waits or was interrupted goes on with `resume`; `goOn` is the command for it. */
export type RunEnd = { readonly runId: string } & (
  | {
      readonly outcome: 'success' | 'failure';
      readonly result: JsonValue;
      readonly spend: Spend;
    }
  | {
      readonly outcome: 'error';
      readonly failure: CodedFailure;
      readonly hint: string;
      readonly spend: Spend;
    }
  | {
      readonly outcome: 'waiting';
      readonly failure: CodedFailure;
      readonly hint: string;
      readonly spend: Spend;
      readonly questions: readonly OpenQuestion[];
      readonly goOn: string;
    }
  | { readonly outcome: 'interrupted'; readonly goOn: string }
);

/** What a client calls. Calls with the same key are one and the same: the first begins the run, later ones go on with it. */
export interface CrewStart {
  readonly crew: string;
  readonly inputs: JsonObject;
  /** 24 hexadecimal digits, which nobody else can have made. */
  readonly key?: string;
}

/** Watches one run and may stop it at its next safe point. */
export interface RunWatch {
  readonly signal: AbortSignal;
  /** Told of what happens from now on, not of what is recorded already. */
  readonly onEvent: (event: RunEvent) => void;
}

/** Starts and reads the runs of the crews that are served; only those can be seen or resumed. */
export interface CrewHost {
  readonly crews: readonly ServedCrew[];
  /** Checks the inputs and the plan, then runs. Fails with a coded `CrewError` before the run begins. */
  start(call: CrewStart, watch: RunWatch): Promise<RunEnd>;
  /** Goes on with a run after answers were left, each in its `answerSlot`; one that is over says again how it ended. Fails with RUN_NOT_FOUND, RUN_LOCKED. */
  resume(runId: string, answers: ReadonlyMap<string, PersonAnswer>, watch: RunWatch): Promise<RunEnd>;
  /** What a run waits for that nobody has answered yet. */
  questions(runId: string): Promise<readonly OpenQuestion[]>;
  /** The newest first. */
  list(): readonly RunHeader[];
  /** Secrets are scrubbed. Fails with RUN_NOT_FOUND or JOURNAL_*. */
  record(runId: string): Promise<RunRecord>;
  events(runId: string): Promise<readonly RunEvent[]>;
}
