import { CrewError } from '../model/crew-error.ts';
import type { Expectation } from '../model/crewtest.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { RunEvent, Spend } from '../model/run-event.ts';
import type { OpenQuestion } from '../runtime/people/open-questions.ts';
import type { RunState } from '../runtime/run-state.ts';

/** What is known of the run of a test. */
export interface ObservedRun {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
  readonly waiting: readonly OpenQuestion[];
}

/** Whether a Liquid condition holds over a scope. */
type Evaluate = (condition: string, scope: JsonObject) => boolean;

/** What of an expectation is not met, in the order of the schema; each in words, with what was expected and found. Pure. */
export function unmetExpectations(
  expect: Expectation,
  run: ObservedRun,
  evaluate: Evaluate,
): readonly string[] {
  const { state } = run;
  const { artifacts = {}, inputs = {} } = state.procedures[''] ?? {};
  const result = state.end !== undefined && 'result' in state.end ? state.end.result : null;
  const spend = spendOf(state.ledger.spent);
  return [
    ...endProblems(expect, run),
    ...pathProblems(expect.path, walkedPath(run.events)),
    ...(expect.result === undefined ? [] : differences('result', expect.result, result).slice(0, 1)),
    ...Object.entries(expect.artifacts).flatMap(([name, value]) =>
      Object.hasOwn(artifacts, name)
        ? differences(name, value, artifacts[name] ?? null).slice(0, 1)
        : [`\`${name}\` delivered nothing`],
    ),
    ...limitProblem('model calls', expect.maxCalls, spend.calls),
    ...limitProblem('tool calls', expect.maxToolCalls, spend.tool_calls),
    ...limitProblem('tokens', expect.maxTokens, spend.tokens),
    ...moneyProblem(expect.maxMicroUsd, state.ledger.spent.costMicroUsd),
    ...expect.assert.flatMap(condition =>
      assertProblem(condition, { ...artifacts, inputs, result, spend: { ...spend } }, evaluate),
    ),
  ];
}

function spendOf({ calls, toolCalls, usage, costMicroUsd }: Spend) {
  const tokens = usage.inputTokens + usage.outputTokens;
  const usd = costMicroUsd === null ? null : costMicroUsd / 1_000_000;
  return { calls, tool_calls: toolCalls, tokens, usd };
}

function endProblems(expect: Expectation, { state, waiting }: ObservedRun): readonly string[] {
  const { end, suspension } = state;
  const found = end === undefined ? 'waiting' : end.outcome;
  const failure = end !== undefined && 'failure' in end ? end.failure : suspension?.failure;
  const said = failure === undefined ? '' : ` (${failure.code}: ${failure.message})`;
  const stands =
    expect.waits === undefined ? (expect.error === undefined ? 'success' : undefined) : 'waiting';
  const outcome = expect.outcome ?? stands;
  if (outcome !== undefined && outcome !== found)
    return [`outcome: expected ${outcome}, found ${found}${said}`];
  if (expect.error !== undefined && expect.error !== failure?.code) {
    return [`error: expected ${expect.error}, found ${failure === undefined ? found : said.slice(2, -1)}`];
  }
  const asks = waiting.map(({ phase }) => phase);
  if (expect.waits === undefined || asks.includes(expect.waits)) return [];
  return [
    `waits: expected \`${expect.waits}\`, found ${asks.map(each => `\`${each}\``).join(', ') || 'no question'}`,
  ];
}

/** The phases of the run's own procedure as they were entered, and its end. */
function walkedPath(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap(event => {
    if (event.type === 'phase.started') return /[./]/.test(event.phase) ? [] : [event.phase];
    return event.type === 'run.ended' && event.outcome !== 'error' ? [event.phase] : [];
  });
}

function pathProblems(expected: readonly string[] | undefined, found: readonly string[]): readonly string[] {
  if (expected === undefined || JSON.stringify(expected) === JSON.stringify(found)) return [];
  return [`path: expected ${expected.join(' → ')}\n      found    ${found.join(' → ') || 'nothing'}`];
}

/** Of an object only the expected keys are compared; lists are compared whole. */
function differences(path: string, expected: JsonValue, found: JsonValue): readonly string[] {
  if (expected === null || typeof expected !== 'object') {
    return expected === found ? [] : [`${path}: expected ${shown(expected)}, found ${shown(found)}`];
  }
  if (found === null || typeof found !== 'object' || Array.isArray(expected) !== Array.isArray(found)) {
    return [`${path}: expected ${shown(expected)}, found ${shown(found)}`];
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (expected.length !== found.length) {
      return [`${path}: expected ${expected.length} entries, found ${found.length}: ${shown(found)}`];
    }
    return expected.flatMap((item, index) => differences(`${path}[${index}]`, item, found[index] ?? null));
  }
  const object = found as JsonObject;
  return Object.entries(expected).flatMap(([key, value]) =>
    Object.hasOwn(object, key)
      ? differences(`${path}.${key}`, value, object[key] ?? null)
      : [`${path}.${key}: expected ${shown(value)}, found nothing`],
  );
}

const MAX_SHOWN = 300;

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN).toWellFormed()}…` : text;
}

function limitProblem(what: string, most: number | undefined, found: number): readonly string[] {
  return most === undefined || found <= most ? [] : [`expected at most ${most} ${what}, found ${found}`];
}

function moneyProblem(most: number | undefined, found: number | null): readonly string[] {
  if (most === undefined || (found !== null && found <= most)) return [];
  const dollars = (micro: number) => `$${micro / 1_000_000}`;
  return [
    `expected to spend at most ${dollars(most)}, found ${found === null ? 'no known price' : dollars(found)}`,
  ];
}

function assertProblem(condition: string, scope: JsonObject, evaluate: Evaluate): readonly string[] {
  try {
    return evaluate(condition, scope) ? [] : [`assert: \`${condition}\` does not hold`];
  } catch (error) {
    if (error instanceof CrewError) return [`assert: ${error.message}`];
    throw error;
  }
}
