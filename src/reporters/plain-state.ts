import { type CodedFailure, hintInRun } from '../model/crew-error.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { TrialCurve } from '../model/trial-curve.ts';
import type { ChargeWatch } from './charge-watch.ts';
import type { HeldBackWatch } from './held-back-watch.ts';
import type { ModelStream } from './model-stream.ts';
import type { PhaseSpend } from './phase-spend.ts';
import type { PlainOptions, PlainRow, PlainWriter } from './plain-writer.ts';
import type { Span } from './render-spans.ts';
import type { RunClock } from './run-clock.ts';

/** The event of one type, with all its outcomes. */
export type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

/** An open phase: its start in worked milliseconds, and what its end needs to know of it. */
export interface OpenPhase {
  readonly startedMs: number;
  readonly kind: string;
  readonly role?: string;
  /** How many branches or items have completed, in this attempt. */
  readonly partsDone: number;
  /** How its trials went so far. */
  readonly trials?: TrialCurve;
}

/** What the plain reporter remembers between events; whatever is told to its end is dropped. */
export interface PlainState {
  readonly options: PlainOptions;
  readonly writer: PlainWriter;
  readonly clock: RunClock;
  readonly charges: ChargeWatch;
  readonly spends: PhaseSpend;
  /** `provider:name` by alias. */
  readonly models: Map<string, string>;
  readonly phases: Map<string, OpenPhase>;
  /** What the end of a call needs from its start, by key: the model, or the arguments of a tool. */
  readonly openCalls: Map<string, string>;
  readonly streams: Map<
    string,
    { readonly phase: string; readonly role: string; readonly who: string; readonly stream: ModelStream }
  >;
  /** The last text that was told in full, by phase and role, so that a message does not tell it again. */
  readonly toldTexts: Map<string, string>;
  /** What was wrong with memory, each message once; told again at the end. */
  readonly memoryTroubles: Set<string>;
  readonly heldBack: HeldBackWatch;
  /** Failures told already, so that the same one is told in full once. */
  readonly toldFailures: Set<string>;
  /** The questions, by id, that people have answered; those about calls have their keys. */
  readonly answered: Set<string>;
  /** What follows `crew resume` to go on with this run. */
  resumeTarget: string;
}

/** Writes one row at the time of the last event, unless the reporter is quiet. */
export function tellRow(state: PlainState, row: PlainRow): void {
  if (state.options.verbosity === 'quiet') return;
  state.writer.row({ elapsedMs: state.clock.elapsedMs(), ...row });
}

/** Who speaks, where the phase is not the work of just this role; empty where it is, or where nothing is known of it. */
export function speakerOf(
  state: PlainState,
  { phase, role }: { readonly phase: string; readonly role: string },
): string {
  const opened = state.phases.get(phase);
  return opened === undefined || opened.role === role ? '' : role;
}

/** Code and message of a failure; only the code when the same failure was told before. */
export function failureSpans(state: PlainState, failure: CodedFailure): readonly Span[] {
  const code: Span = { text: failure.code, style: 'red' };
  const identity = identityOf(failure);
  if (state.toldFailures.has(identity)) return [code];
  state.toldFailures.add(identity);
  return [code, { text: ` ${failure.message}` }];
}

/** A longer message is told once only; units of UTF-16. */
const LONG_MESSAGE = 160;

/** Code and message of a failure, also for those who read only the end; a long one that was told before only begins here. */
export function wholeFailureSpans(state: PlainState, failure: CodedFailure): readonly Span[] {
  const { code, message } = failure;
  const wasTold = state.options.verbosity !== 'quiet' && state.toldFailures.has(identityOf(failure));
  const text = wasTold && message.length > LONG_MESSAGE ? `${beginningOf(message)} … (told above)` : message;
  return [{ text: code, style: 'red' }, { text: ` ${text}` }];
}

/** Its first words up to where a part of it ends. */
function beginningOf(message: string): string {
  const start = message.slice(0, LONG_MESSAGE);
  const at = Math.max(start.lastIndexOf('; '), start.lastIndexOf(': '), start.lastIndexOf(', '));
  return at > 0 ? start.slice(0, at) : start;
}

function identityOf({ code, message }: CodedFailure): string {
  return `${code} ${message}`;
}

/** What the table of codes advises, with this run in its commands; undefined for a code of another version. */
export function failureHint(state: PlainState, failure: CodedFailure): string | undefined {
  return hintInRun(failure, state.resumeTarget);
}
