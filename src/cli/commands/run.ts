import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import { beginRun } from '../begin-run.ts';
import { chooseModelsHere } from '../choose-models-here.ts';
import { type Command, type CommandCall, textFlag, textFlags } from '../command.ts';
import { ANSWER_FLAG, FROZEN_FLAG, INPUT_FLAGS, REFORMULATE_FLAGS, RUN_FLAGS } from '../flags.ts';
import { givenInputs } from '../given-inputs.ts';
import { loadTrustedCrew } from '../load-program.ts';
import { readCrewWords } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readConfig } from '../read-config.ts';
import { readGrants } from '../read-grants.ts';
import { readRunId } from '../read-run-id.ts';
import { recordRun } from '../record-run.ts';
import { prepareProgram } from '../reformulate/prepare-program.ts';
import { readReformulation } from '../reformulate/read-reformulation.ts';
import { readRequest } from '../reformulate/read-request.ts';
import { replayRun } from '../replay-run.ts';
import { requireFrozen } from '../require-frozen.ts';
import { readResultRequest, requirePlace } from '../result-output.ts';
import { tellOffline } from '../tell-offline.ts';
import { workspaceOf } from '../workspace.ts';

/** `crew run FILE`: checks a crew file, then runs it. */
export const runCommand: Command = {
  name: 'run',
  usage: 'run FILE [REQUEST]',
  summary: 'check a crew file and run it',
  flags: {
    ...INPUT_FLAGS,
    'allow-over-plan': { type: 'boolean', help: 'run even if the plan needs more calls than the budget has' },
    record: {
      type: 'string',
      value: 'FILE',
      help: 'write everything that happened to FILE, for `--replay` and tests',
    },
    replay: {
      type: 'string',
      value: 'FILE',
      help: 'show the recorded run again as this crew would do it; calls nothing',
    },
    'run-id': { type: 'string', value: 'ID', help: 'the id of the new run, instead of one by chance' },
    ...ANSWER_FLAG,
    ...REFORMULATE_FLAGS,
    ...FROZEN_FLAG,
    ...RUN_FLAGS,
  },
  run,
};

/** Everything that can fail by the author's or the caller's mistake is done before the run exists. */
async function run({ positionals, values, terminal }: CommandCall): Promise<number> {
  const { path, words } = readCrewWords(positionals, 'crew run crews/code-review.crew.yaml');
  const recording = textFlag(values, 'replay');
  if (recording !== undefined) {
    if (words !== undefined) throw new CrewError('USAGE', '`--replay` takes the request from the recording');
    return replayRun(path, recording, { values, terminal });
  }
  const request = await readResultRequest(values, terminal.cwd);
  const record = textFlag(values, 'record');
  if (record !== undefined) requirePlace(terminal.cwd, record, '--record');
  const workspace = workspaceOf(values, terminal);
  const budget = readBudgetFlags(values);
  const runId = readRunId(values);
  const checked = await loadTrustedCrew(path, { terminal, values, budget });
  const plain = checked.compile(checked.crew);
  await requireFrozen([plain], { values, terminal });
  const inputs = await givenInputs(plain, await readRequest(plain, words, { values, terminal }), terminal);
  const config = await readConfig(values, terminal);
  const wish = await readReformulation({ crew: checked.crew, config, values, terminal });
  const flags = textFlags(values, 'model');
  const tell = tellOffline(values, terminal);
  const choose = async (each: Program) =>
    (await chooseModelsHere({ program: each, flags, env: terminal.env, tell })).models;
  const prepared = await prepareProgram({ checked, wish, inputs, choose, values, terminal });
  await requireFrozen([prepared.program], { values, terminal });
  return beginRun({
    prepared,
    inputs,
    workspace,
    runId,
    grants: readGrants(values, prepared.program),
    request,
    values,
    terminal,
    afterwards: async engine => {
      if (record !== undefined) await recordRun({ engine, runId, file: record, terminal });
    },
  });
}
