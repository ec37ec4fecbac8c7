import { chooseModels } from '../choose-models.ts';
import { type Command, type CommandCall, textFlag, textFlags } from '../command.ts';
import { RUN_FLAGS } from '../flags.ts';
import { loadProgram } from '../load-program.ts';
import { modelTerms, openModels } from '../open-models.ts';
import { onePositional } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readNamedFile } from '../read-files.ts';
import { readInputs } from '../read-inputs.ts';
import { readResultRequest } from '../result-output.ts';
import { runSession } from '../run-session.ts';
import { openWorkspaceEngine, workspaceOf } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew run FILE`: checks a crew file, then runs it. */
export const runCommand: Command = {
  name: 'run',
  usage: 'run FILE [-i name=value]',
  summary: 'check a crew file and run it',
  flags: {
    input: { type: 'string', short: 'i', multiple: true, value: 'NAME=VALUE', help: 'an input of the crew' },
    inputs: { type: 'string', value: 'FILE', help: 'a JSON file of inputs' },
    model: {
      type: 'string',
      multiple: true,
      value: '[ROLE=]MODEL',
      help: 'openai:NAME, anthropic:NAME, offline or script:FILE, for all roles or for one',
    },
    ...RUN_FLAGS,
  },
  run,
};

/** Everything that can fail by the author's or the caller's mistake is done before the run exists. */
async function run({ positionals, values, terminal }: CommandCall): Promise<number> {
  const path = onePositional(positionals, 'a crew file, such as `crew run crews/code-review.crew.yaml`');
  const request = await readResultRequest(values, terminal.cwd);
  const workspace = workspaceOf(values, terminal);
  const program = await loadProgram(path, terminal, readBudgetFlags(values));
  const file = textFlag(values, 'inputs');
  const inputs = await readInputs({
    declared: program.inputs,
    pairs: textFlags(values, 'input'),
    ...(file === undefined ? {} : { file: { path: file, text: readNamedFile(terminal.cwd, file) } }),
  });
  const { models } = chooseModels({ program, flags: textFlags(values, 'model'), env: terminal.env });
  const opened = await openModels(models, terminal);
  const terms = await modelTerms({ program, models, opened, terminal });
  const engine = await openWorkspaceEngine(values, terminal);
  try {
    const at = realWorld.now();
    const runId = realWorld.newId();
    const journal = engine.create(runId, program, at);
    journal.append({ type: 'run.started', at, runId, inputs, workspace, models, terms });
    return await runSession({ journal, workspace, opened, models, request, values, terminal });
  } finally {
    engine.close();
  }
}
