import type { ModelDelta, ToolProgress } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Tool } from '../ports/tool.ts';
import type { Executor } from '../runtime/executor.ts';
import type { AskInCall } from './ask-in-call.ts';
import type { AskPerson } from './ask-person.ts';
import { createFactRedactor } from './fact-redactor.ts';
import { openTools } from './open-tools.ts';
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
  readonly onDelta: (delta: ModelDelta) => void;
  readonly onNotice: (text: string) => void;
  readonly onProgress?: (progress: ToolProgress) => void;
}

/** An executor, and the end of what it holds open. */
export type OpenedExecutor = Executor & { readonly close: () => Promise<void> };

/** Opens the doors of one run to the real world, for the command line and for the library alike. */
export async function openExecutor(options: OpenExecutorOptions): Promise<OpenedExecutor> {
  const { journal, workspace, modelOf, person, askInCall, onDelta, onNotice, onProgress } = options;
  const { createExecutor, programAt } = await loadRuntime();
  const { program } = journal;
  const env = options.env ?? process.env;
  const redact = createFactRedactor(program, env);
  const tools = openTools({
    own: options.tools,
    folder: program.folder,
    workspace,
    env,
    onNotice: text => onNotice(redact === undefined ? text : redact(text)),
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
    places: async paths => realPlaces(workspace, paths),
    person,
    ...(askInCall === undefined ? {} : { askInCall }),
    ...(redact === undefined ? {} : { redact }),
    onDelta: delta => onDelta(redact === undefined ? delta : { ...delta, text: redact(delta.text) }),
    onNotice: text => onNotice(redact === undefined ? text : redact(text)),
    onProgress: progress => onProgress?.(redact === undefined ? progress : redact(progress)),
  });
  return Object.assign(execute, { close: tools.close });
}
