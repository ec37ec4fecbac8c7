import type { MemoryDoor } from '../memory/memory-door.ts';
import { type CodedFailure, CrewError } from '../model/crew-error.ts';
import type {
  ActEffect,
  ModelCallEffect,
  PathResolveEffect,
  PersonAskEffect,
  ToolCallEffect,
} from '../model/effect.ts';
import type { Fact, FinishReason } from '../model/fact.ts';
import { MAX_ANSWER_LENGTH } from '../model/limits.ts';
import type { MessagePart } from '../model/message.ts';
import type { ToolAnswer, ToolQuestion } from '../model/person-question.ts';
import type { ModelDelta, ToolProgress } from '../model/run-event.ts';
import type { Usage } from '../model/usage.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Tool } from '../ports/tool.ts';
import type { World } from '../ports/world.ts';
import { actOnMemory } from './act-on-memory.ts';
import { callTool } from './call-tool.ts';

/** The doors through which a run reaches the world. */
export interface ExecutorDoors {
  readonly world: World;
  readonly workspace: string;
  readonly runId: string;
  /** The model behind an alias; made when it is first asked. */
  readonly model: (alias: string) => Promise<LanguageModel>;
  /** The tool of that name as the program of that crew path calls it; '' is the run's own program. */
  readonly tool: (name: string, crew: string) => Promise<Tool | undefined>;
  /** Asks a person; undefined when nobody is there to be asked. The answer is what the question allows. */
  readonly person: (effect: PersonAskEffect, signal: AbortSignal) => Promise<PersonAnswer | undefined>;
  /**
   * Where paths, relative to the workspace, really are, by their text: all links followed, absolute; of what does not exist
   * the real path of its nearest existing parent and the rest. What cannot be found out is left out.
   */
  readonly places: (paths: readonly string[]) => Promise<{ readonly [path: string]: string }>;
  /** The memory of the run, opened when it is first needed; absent where a run has none. */
  readonly memory?: () => Promise<MemoryDoor>;
  /** Asks a person what a tool asks in the middle of its call; undefined when nobody is there. */
  readonly askInCall?: (asked: AskedInCall, signal: AbortSignal) => Promise<ToolAnswer | undefined>;
  /** Takes secrets out of what happened before anybody sees it; the same for the same fact. */
  readonly redact?: (fact: Fact) => Fact;
  readonly onDelta: (delta: ModelDelta) => void;
  readonly onNotice: (text: string) => void;
  readonly onProgress?: (progress: ToolProgress) => void;
}

/** What a tool asks while it works on a call. */
export interface AskedInCall {
  readonly effect: ToolCallEffect;
  readonly question: ToolQuestion;
}

/** Acts on one effect and says what happened. */
export type Executor = (effect: ActEffect, signal: AbortSignal) => Promise<Fact>;

/**
 * The single place that acts (R1). A failure of the world becomes a fact with its code; only our own bugs are thrown.
 * @see ./README.md
 */
export function createExecutor(doors: ExecutorDoors): Executor {
  const act: Executor = (effect, signal) => {
    switch (effect.type) {
      case 'model.call':
        return callModel(doors, effect, signal);
      case 'tool.call':
        return callTool(doors, effect, signal);
      case 'path.resolve':
        return resolvePaths(doors, effect);
      case 'person.ask':
        return askPerson(doors, effect, signal);
      case 'memory.recall':
      case 'memory.write':
        return actOnMemory(doors, effect, signal);
      case 'timer.start':
        return doors.world.sleep(effect.ms, signal).then(() => ({
          type: 'timer.fired',
          at: doors.world.now(),
          key: effect.key,
        }));
    }
  };
  const { redact } = doors;
  return redact === undefined ? act : async (effect, signal) => redact(await act(effect, signal));
}

interface Answer {
  readonly parts: MessagePart[];
  usage: Usage | undefined;
  finish: FinishReason | undefined;
  failure: CodedFailure | undefined;
}

async function callModel(doors: ExecutorDoors, effect: ModelCallEffect, signal: AbortSignal): Promise<Fact> {
  const { world } = doors;
  const start = world.monotonic();
  const answer = await readAnswer(doors, effect, signal);
  const ms = Math.round(world.monotonic() - start);
  const shared = { at: world.now(), key: effect.key, ms, ...(answer.usage && { usage: answer.usage }) };
  answer.failure ??= tooLong(answer.parts);
  if (answer.failure === undefined && answer.finish !== undefined) {
    const message = { from: 'assistant', parts: answer.parts } as const;
    const { finish: finishReason } = answer;
    const cut = finishReason === 'length' ? { cut: 'kept' as const } : {};
    return { type: 'model.answered', ...shared, message, finishReason, ...cut };
  }
  const unfinished = {
    code: 'PROVIDER_PROTOCOL',
    message: 'the answer ended without a finish reason',
  } as const;
  return { type: 'model.failed', ...shared, failure: answer.failure ?? unfinished };
}

/** A limit on what is kept, not on what is received: providers have their own. */
function tooLong(parts: readonly MessagePart[]): CodedFailure | undefined {
  const { length } = JSON.stringify(parts);
  if (length <= MAX_ANSWER_LENGTH) return undefined;
  return {
    code: 'PROVIDER_PROTOCOL',
    message: `the answer has ${length} characters, the limit is ${MAX_ANSWER_LENGTH}`,
  };
}

async function readAnswer(
  doors: ExecutorDoors,
  effect: ModelCallEffect,
  signal: AbortSignal,
): Promise<Answer> {
  const answer: Answer = { parts: [], usage: undefined, finish: undefined, failure: undefined };
  const { key, origin, messages, tools, output, maxTokens, temperature } = effect;
  const request = {
    messages,
    tools,
    maxTokens,
    origin,
    idempotencyKey: `${doors.runId}/${key}`,
    ...(output === undefined ? {} : { output }),
    ...(temperature === undefined ? {} : { temperature }),
  };
  try {
    const model = await doors.model(effect.model);
    for await (const part of model.generate(request, signal)) {
      if (part.type === 'text') {
        addText(answer.parts, part.text);
        doors.onDelta({ key, phase: origin.phase, role: origin.role, text: part.text });
      } else if (part.type === 'tool-call') answer.parts.push(part);
      else if (part.type === 'usage') answer.usage = part.usage;
      else if (part.type === 'finish') answer.finish = part.reason;
      else answer.failure = part.failure;
    }
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    answer.failure = error.toFailure();
  }
  return answer;
}

/** Neighbouring text becomes one part, so that a journal does not depend on how a stream was cut. */
function addText(parts: MessagePart[], text: string): void {
  if (text === '') return;
  const last = parts.at(-1);
  if (last?.type === 'text') parts[parts.length - 1] = { type: 'text', text: last.text + text };
  else parts.push({ type: 'text', text });
}

async function resolvePaths({ world, places }: ExecutorDoors, effect: PathResolveEffect): Promise<Fact> {
  const found = await places(effect.paths);
  return { type: 'paths.resolved', at: world.now(), key: effect.key, places: found };
}

/** Who is asked here and now answers this very question. */
async function askPerson(doors: ExecutorDoors, effect: PersonAskEffect, signal: AbortSignal): Promise<Fact> {
  const { key, question } = effect;
  const answer = await doors.person(effect, signal);
  const at = doors.world.now();
  if (answer === undefined) return { type: 'person.absent', at, key };
  const { choice, text, by, alike } = answer;
  const asked = question.kind === 'approval' ? question.binding : undefined;
  const binding = answer.binding ?? asked;
  return {
    type: 'person.answered',
    at,
    key,
    choice,
    text,
    by,
    ...(binding === undefined ? {} : { binding }),
    ...(alike === true ? { alike } : {}),
  };
}
