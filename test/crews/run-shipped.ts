import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type CrewOutcome,
  type LanguageModel,
  type ModelRequest,
  type ModelStreamPart,
  type RunEvent,
  runCrew,
} from '../../src/index.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { messageText } from '../../src/model/message.ts';
import { makeFolder } from '../tools/git-repository.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** A folder with copies of an example's files under the same paths, as its inputs name them. */
export interface ExampleWorkspace {
  readonly path: string;
  dispose(): void;
}

/** Copies `examples/<name>` into a folder of its own. */
export function copyExample(name: string): ExampleWorkspace {
  const path = makeFolder();
  const target = join(path, 'examples', name);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(ROOT, 'examples', name), target, { recursive: true });
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}

/** How a run of a shipped crew came out. */
export interface ShippedRun {
  readonly outcome: CrewOutcome;
  readonly events: readonly RunEvent[];
  /** The phases in the order in which they were entered. */
  readonly phases: readonly string[];
  /** The end that it came to. */
  readonly end: string | undefined;
}

/** A model that delivers these artifacts one after another, the last one ever again, and keeps what it was asked. */
export function delivering(
  artifacts: readonly JsonValue[],
): LanguageModel & { readonly asked: readonly ModelRequest[] } {
  const asked: ModelRequest[] = [];
  return {
    id: 'test:delivering',
    defaultMaxTokens: 1_000,
    isLanguageModel: true,
    asked,
    async *generate(request): AsyncGenerator<ModelStreamPart> {
      asked.push(request);
      yield { type: 'text', text: JSON.stringify(artifacts[asked.length - 1] ?? artifacts.at(-1)) };
      yield { type: 'finish', reason: 'stop' };
    },
  };
}

/**
 * Runs `crews/<crew>.crew.yaml` in a workspace: with the replies of `examples/<replies>`, with a model of the caller, or
 * offline.
 */
export async function runShipped(
  crew: string,
  options: {
    readonly workspace: string;
    readonly inputs?: JsonObject;
    readonly replies?: string;
    readonly model?: LanguageModel;
  },
): Promise<ShippedRun> {
  const events: RunEvent[] = [];
  const { workspace, inputs = {}, replies, model } = options;
  const use = replies === undefined ? 'offline' : `script:${join(ROOT, 'examples', replies)}`;
  const outcome = await runCrew({
    path: join(ROOT, 'crews', `${crew}.crew.yaml`),
    workspace,
    inputs,
    models: { default: model ?? use },
    env: {},
    onEvent: event => events.push(event),
  });
  const phases = events.flatMap(event => (event.type === 'phase.started' ? [event.phase] : []));
  const last = events.findLast(event => event.type === 'run.ended');
  return { outcome, events, phases, end: last?.phase };
}

/** The task of each call that a model was asked, as text. */
export function tasksOf({ asked }: { readonly asked: readonly ModelRequest[] }): readonly string[] {
  return asked.map(({ messages }) => {
    const task = messages.find(message => message.from === 'user');
    return task === undefined ? '' : messageText(task);
  });
}

/** The text that a run ended with; fails when it ended without one. */
export function resultText({ outcome }: ShippedRun): string {
  const result = 'result' in outcome ? outcome.result : undefined;
  if (typeof result === 'string') return result;
  throw new Error(`expected a text as result, found ${JSON.stringify(outcome)}`);
}
