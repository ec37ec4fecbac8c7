import type { JsonValue } from './json.ts';
import type { RunRecord } from './run-record.ts';

/** A named value of two runs; a side is absent where the run has none. */
export interface DifferentValue {
  readonly name: string;
  readonly a?: JsonValue;
  readonly b?: JsonValue;
}

/** A model call of two runs whose prompts are not the same; texts as `crew show --prompt` prints them. */
export interface DifferentPrompt {
  readonly key: string;
  readonly phase: string;
  readonly a?: string;
  readonly b?: string;
}

/** Head lines of one of two compared runs. */
export type ComparedRun = Pick<
  RunRecord,
  'runId' | 'crew' | 'programHash' | 'status' | 'endedAt' | 'workedMs' | 'spend'
> & {
  /** One line for each visit, in order: `inspect.security (visit 2): failed`. */
  readonly path: readonly string[];
};

/** How two recorded runs differ. What is the same in both is only counted. */
export interface RunDiff {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly sameProgram: boolean;
  readonly samePath: boolean;
  readonly inputs: readonly DifferentValue[];
  readonly models: readonly DifferentValue[];
  readonly artifacts: { readonly same: number; readonly different: readonly DifferentValue[] };
  readonly prompts: { readonly same: number; readonly different: readonly DifferentPrompt[] };
}
