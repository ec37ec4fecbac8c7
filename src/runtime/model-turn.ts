import type { CodedFailure } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import { MAX_CALL_WAIT_MS, MAX_PROBLEM_LENGTH, MAX_REPAIRS, MAX_TRIES } from '../model/limits.ts';
import { type Message, textMessage } from '../model/message.ts';
import { buildRepairPrompt } from '../prompts/repair-prompt.ts';
import type { RoleState } from './role-state.ts';
import { failed, type Step } from './step.ts';
import type { WorkContext } from './work-context.ts';

const FIRST_WAIT_MS = 500;

/** Asks the model with what has been said so far, as the next turn. Pure. */
export function askModel(state: RoleState, context: WorkContext): Step<RoleState> {
  return sendCall({ ...state, turn: state.turn + 1, tries: 1, triesLeft: MAX_TRIES - 1, calls: [] }, context);
}

/** Sends the current turn's call again after its wait. Pure. */
export function askModelAgain(state: RoleState, context: WorkContext): Step<RoleState> {
  return sendCall({ ...state, tries: state.tries + 1, triesLeft: state.triesLeft - 1 }, context);
}

/** Waits before another try: what the provider asked for, else twice as long each time; capped at a minute. Pure. */
export function waitForModel(
  state: RoleState,
  context: WorkContext,
  retryAfterMs: number | undefined,
): Step<RoleState> {
  const backoffMs = FIRST_WAIT_MS * 2 ** (MAX_TRIES - 1 - state.triesLeft);
  const ms = Math.min(MAX_CALL_WAIT_MS, Math.max(0, retryAfterMs ?? backoffMs));
  const next = { ...state, failures: state.failures + 1 };
  return { state: next, effects: [{ type: 'timer.start', key: `${modelKey(state, context)}/wait`, ms }] };
}

/** Shows the model what is wrong with its answer, at most `MAX_REPAIRS` times; then the failure stands. Pure. */
export function askForRepair(
  state: RoleState,
  context: WorkContext,
  options: { readonly answer: Message; readonly failure: CodedFailure },
): Step<RoleState> {
  const { answer, failure } = options;
  if (state.repairs === MAX_REPAIRS) return failed(state, failure);
  const repair = state.repairs + 1;
  const rejected: Effect = {
    type: 'event.publish',
    event: {
      at: context.at,
      type: 'artifact.rejected',
      phase: context.path,
      reason: failure.message,
      repair,
    },
  };
  const problem = failure.message.slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
  const prompt = textMessage('user', buildRepairPrompt(problem, state.work.output));
  const said = answer.parts.length === 0 ? [] : [answer];
  const next = askModel(
    { ...state, repairs: repair, messages: [...state.messages, ...said, prompt] },
    context,
  );
  return { ...next, effects: [rejected, ...next.effects] };
}

/** The key of the current model call. Pure. */
function modelKey(state: RoleState, context: WorkContext): string {
  const again = state.tries > 1 ? `-${state.tries}` : '';
  return `${context.key}/model-${state.turn}${again}`;
}

function sendCall(state: RoleState, context: WorkContext): Step<RoleState> {
  const { work, model } = state;
  const terms = context.terms[model];
  const call: Effect = {
    type: 'model.call',
    key: modelKey(state, context),
    model,
    messages: state.messages,
    tools: state.tools,
    ...(work.output === undefined ? {} : { output: { name: work.name, schema: work.output } }),
    ...(terms?.temperature === undefined ? {} : { temperature: terms.temperature }),
    maxTokens: terms?.maxTokens ?? 0,
    origin: {
      phase: context.path,
      role: work.role,
      turn: state.turn,
      values: state.values,
    },
  };
  return { state, effects: [call] };
}
