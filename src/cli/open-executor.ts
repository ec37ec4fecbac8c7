import type { ModelDelta, ToolProgress } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { MemoryStore } from '../ports/memory-store.ts';
import type { Tool } from '../ports/tool.ts';
import type { Executor, ExecutorDoors } from '../runtime/executor.ts';
import type { AskInCall } from './ask-in-call.ts';
import type { AskPerson } from './ask-person.ts';
import { createFactRedactor, type FactRedactor } from './fact-redactor.ts';
import { type OpenRunMemory, openRunMemory } from './memory/run-memory.ts';
import { openTools } from './open-tools.ts';
import { createReadPast } from './read-past.ts';
import { realPlaces } from './real-places.ts';
import { loadRuntime } from './wire.ts';
import { realWorld } from './world.ts';

interface OpenExecutorOptions {
  readonly journal: Journal;
  readonly workspace: string;
  /** The opened model behind an alias. */
  readonly modelOf: (alias: string) => LanguageModel | undefined;
  /** Tools that stand in for those of the same name. */
  readonly tools?: readonly Tool[];
  /** Asks a person; undefined when nobody is there to be asked. */
  readonly person: AskPerson;
  /** Asks a person what a tool asks in the middle of its call; absent when nobody is there. */
  readonly askInCall?: AskInCall | undefined;
  /** Where the values of secrets are, which are taken out of all that is recorded; `process.env` when absent. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** False where nothing is to be remembered, whatever the run began with. */
  readonly memory?: boolean;
  /** The memory of the run, instead of the one at its place, as tests have it. */
  readonly memoryStore?: MemoryStore;
  readonly onDelta: (delta: ModelDelta) => void;
  readonly onNotice: (text: string) => void;
  readonly onProgress?: (progress: ToolProgress) => void;
}

/** An executor, and the end of what it holds open. */
export type OpenedExecutor = Executor & { readonly close: () => Promise<void> };

/** Opens the doors of one run to the real world, for the command line and for the library alike. */
export async function openExecutor(options: OpenExecutorOptions): Promise<OpenedExecutor> {
  const { journal, workspace, modelOf, person, askInCall } = options;
  const { createExecutor, programAt } = await loadRuntime();
  const { program } = journal;
  const env = options.env ?? process.env;
  const watching = redacting(options, createFactRedactor(program, env));
  const memory = memoryOf(options, env, watching.onNotice);
  const tools = openTools({
    own: options.tools,
    folder: program.folder,
    workspace,
    env,
    memory: memory?.open,
    past: journal.beside === undefined ? undefined : createReadPast(journal.beside),
    onNotice: watching.onNotice,
  });
  const execute = createExecutor({
    world: realWorld,
    workspace,
    runId: journal.runId,
    model: async alias => {
      const model = modelOf(alias);
      if (model === undefined) throw new Error(`no model was opened for alias ${alias}`);
      return model;
    },
    tool: (name, crew) => tools.find(programAt(program, crew), name),
    ...(memory === undefined ? {} : { memory: memory.door }),
    places: async paths => realPlaces(workspace, paths),
    person,
    ...(askInCall === undefined ? {} : { askInCall }),
    ...watching,
  });
  const close = async (): Promise<void> => {
    await tools.close();
    await memory?.close();
  };
  return Object.assign(execute, { close });
}

/** The memory that the run began with. */
function memoryOf(
  { journal, memory: isWanted = true, memoryStore: store }: OpenExecutorOptions,
  env: { readonly [name: string]: string | undefined },
  onNotice: (text: string) => void,
): OpenRunMemory | undefined {
  const { runId, program, recorded } = journal;
  const [first] = recorded;
  if (!isWanted || first?.type !== 'run.started' || first.memory === undefined) return undefined;
  return openRunMemory({ runId, program, memory: first.memory, recorded, env, onNotice, store });
}

type Watching = Pick<ExecutorDoors, 'redact' | 'onDelta' | 'onNotice' | 'onProgress'>;

/** Those who watch see what is recorded, and no more. */
function redacting(
  { onDelta, onNotice, onProgress }: OpenExecutorOptions,
  redactor: FactRedactor | undefined,
): Watching {
  if (redactor === undefined) return { onDelta, onNotice, ...(onProgress && { onProgress }) };
  const { value, delta, rest } = redactor;
  return {
    redact: fact => {
      const left =
        fact.type === 'model.answered' || fact.type === 'model.failed' ? rest(fact.key) : undefined;
      if (left !== undefined) onDelta(left);
      return value(fact);
    },
    onDelta: piece => {
      const shown = delta(piece);
      if (shown.text !== '') onDelta(shown);
    },
    onNotice: text => onNotice(value(text)),
    onProgress: progress => onProgress?.(value(progress)),
  };
}
