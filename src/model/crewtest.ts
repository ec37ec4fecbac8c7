import type { JsonObject, JsonValue } from './json.ts';
import type { Spend } from './run-event.ts';

/** What must be true of a run; see `schemas/crewtest.schema.json`. Money is in whole micro US dollars. */
export interface Expectation {
  readonly outcome: 'success' | 'failure' | 'error' | 'waiting' | undefined;
  readonly error: string | undefined;
  readonly waits: string | undefined;
  readonly path: readonly string[] | undefined;
  /** Absent when nothing is expected of it; null is a value. */
  readonly result: JsonValue | undefined;
  readonly artifacts: JsonObject;
  readonly maxCalls: number | undefined;
  readonly maxToolCalls: number | undefined;
  readonly maxTokens: number | undefined;
  readonly maxMicroUsd: number | undefined;
  readonly assert: readonly string[];
}

/** The folder of a test: a copy of `files`, an empty one without it. */
export interface TestWorkspace {
  readonly files: string | undefined;
  readonly git: boolean;
}

/** Who answers for the models: a recording, written replies, or the rules of `offline`. */
export type TestModel =
  | { readonly kind: 'cassette'; readonly file: string }
  | { readonly kind: 'replies'; readonly file: string }
  | { readonly kind: 'offline' };

/** One test of a crew. Paths are as they are written, relative to the file of the test. */
export interface CrewTest {
  readonly name: string;
  readonly inputs: JsonObject;
  readonly workspace: TestWorkspace;
  readonly model: TestModel;
  /** By phase, in the order of asking; the last one answers all further questions. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
  readonly allow: readonly string[];
  readonly expect: Expectation;
}

/** A file of tests. */
export interface CrewTestFile {
  readonly crew: string;
  readonly tests: readonly CrewTest[];
}

/** How one test came out; `problems` is empty when it passed, the first one is the first difference. */
export interface CrewTestResult {
  readonly file: string;
  readonly name: string;
  readonly problems: readonly string[];
  readonly ms: number;
  /** Absent when the run could not begin. */
  readonly spend?: Spend;
}
