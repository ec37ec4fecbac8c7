import type { JsonObject, JsonSchema } from '../../model/json.ts';
import { textMessage } from '../../model/message.ts';
import { buildModelPrompt } from '../../prompts/model-prompt.ts';
import type { WorkContext } from '../work-context.ts';
import { startTurns } from './turn-loop.ts';
import type { TurnStep } from './turn-loop-state.ts';

/** What a model without a role is asked. */
export interface SingleTurnOptions {
  /** The name of the artifact, as the model is told. */
  readonly name: string;
  /** As whom it speaks in events and scripts. */
  readonly speaker: string;
  /** A key of the run's models, see `model-key.ts`. */
  readonly model: string;
  readonly key: string;
  readonly prompt: string;
  readonly values: JsonObject;
  readonly output?: JsonSchema;
}

type SingleTurn = Pick<TurnStep, 'loop' | 'effects'>;

/** Starts a fresh conversation with a model that has no role and no tools: it delivers in its first turn. Pure. */
export function startSingleTurn(options: SingleTurnOptions, context: WorkContext): SingleTurn {
  const { name, speaker, model, key, prompt, values, output: schema } = options;
  const output = schema === undefined ? {} : { output: { name, schema } };
  const system = buildModelPrompt({ crewGoal: context.program.goal, ...output });
  const messages = [textMessage('system', system), textMessage('user', prompt)];
  const task = { name, role: speaker, maxTurns: 1, ...(schema === undefined ? {} : { output: schema }) };
  const { loop, effects } = startTurns({ task, key, model, messages, values }, context);
  return { loop, effects };
}
