import type { Program } from '../model/program.ts';
import type { ModelDelta } from '../model/run-event.ts';
import type { Journal } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Tool } from '../ports/tool.ts';
import type { Executor } from '../runtime/executor.ts';
import type { AskPerson } from './ask-person.ts';
import { loadRuntime, loadTools } from './wire.ts';
import { realWorld } from './world.ts';

interface OpenExecutorOptions {
  readonly journal: Journal;
  readonly workspace: string;
  /** The opened model behind an alias. */
  readonly modelOf: (alias: string) => LanguageModel | undefined;
  /** Tools that stand in for built-in ones of the same name. */
  readonly tools?: readonly Tool[];
  /** Asks a person; undefined when nobody is there to be asked. */
  readonly person: AskPerson;
  readonly onDelta: (delta: ModelDelta) => void;
  readonly onNotice: (text: string) => void;
}

/** Opens the doors of one run to the real world, for the command line and for the library alike. */
export async function openExecutor(options: OpenExecutorOptions): Promise<Executor> {
  const { journal, workspace, modelOf, person, onDelta, onNotice } = options;
  const { createExecutor, programAt } = await loadRuntime();
  const own = new Map(options.tools?.map(tool => [tool.spec.name, tool]));
  // One set for the whole run: the reviewers share what they have read of a change.
  let builtins: ReturnType<typeof loadTools> | undefined;
  return createExecutor({
    world: realWorld,
    workspace,
    runId: journal.runId,
    model: async alias => {
      const model = modelOf(alias);
      if (model === undefined) throw new Error(`no model was opened for alias ${alias}`);
      return model;
    },
    tool: async (name, crew) => {
      const builtin = builtinName(programAt(journal.program, crew).toolsets, name);
      builtins ??= loadTools();
      return own.get(builtin) ?? (await builtins).get(builtin);
    },
    person,
    onDelta,
    onNotice,
  });
}

/** The built-in behind a tool as the crew calls it: `vcs.diff` is `git.diff` when `vcs` is `builtin:git`. */
function builtinName(toolsets: Program['toolsets'], name: string): string {
  const dot = name.indexOf('.');
  return `${toolsets[name.slice(0, dot)] ?? ''}${name.slice(dot)}`;
}
