import type { JsonSchema, JsonValue } from './json.ts';

/** What every check may have. `name` is what feedback and lessons call it by; absent: what `checkName` makes of it. */
interface CheckBase {
  readonly name?: string;
}

/**
 * One thing that judges an attempt. `pass` is a Liquid condition, `score` and `feedback` are templates over `evaluation`, which
 * is what the tool returned. A command is the tool `trial.run` with the feedback that it writes.
 */
export type Check =
  | (CheckBase & {
      readonly kind: 'tool';
      readonly tool: string;
      readonly with: { readonly [argument: string]: JsonValue };
      readonly pass: string;
      readonly score?: string;
      readonly feedback?: string;
    })
  | (CheckBase & { readonly kind: 'schema'; readonly schema: JsonSchema })
  | (CheckBase & { readonly kind: 'expression'; readonly condition: string })
  | (CheckBase & { readonly kind: 'role'; readonly role: string; readonly task: string });

/** What judges an attempt: one check, or a list of them, all of which must pass; see `checksOf`. */
export type Evaluator = Check | { readonly kind: 'all'; readonly checks: readonly Check[] };

/**
 * What an attempt that did not pass leaves for the next: nothing (`retry`), a lesson (`reflexion`), the attempt and what was
 * said of it (`last_attempt`), or both.
 */
export type ReflectionStrategy = 'reflexion' | 'retry' | 'last_attempt' | 'last_attempt_and_reflexion';

/**
 * Tries again with what was learnt (Reflexion): at most `trials` attempts, the lessons of the last `window` are read. Of equally
 * good attempts `best` keeps the earliest; in programs without `strategy`, which are older, the latest.
 */
export interface Reflection {
  readonly evaluator: Evaluator;
  readonly trials: number;
  readonly keep: 'best' | 'last';
  readonly window: number | 'all';
  /** Absent: `reflexion`. */
  readonly strategy?: ReflectionStrategy;
  /** Which later runs read its lessons: those of the same task, all of the crew, or none. Absent: `crew` where the crew has memory, else `off`. */
  readonly lessons?: 'task' | 'crew' | 'off';
}
