import type { Engine } from '../../ports/engine.ts';
import { chooseModels } from '../choose-models.ts';
import { type Command, type CommandCall, textFlag, textFlags } from '../command.ts';
import { FROZEN_FLAG, INPUT_FLAGS, RUN_FLAGS } from '../flags.ts';
import { givenInputs } from '../given-inputs.ts';
import { loadTrustedProgram } from '../load-program.ts';
import { beginMemory } from '../memory/run-memory.ts';
import { modelTerms, openModels } from '../open-models.ts';
import { refuseOverPlan } from '../plan-run.ts';
import { onePositional } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readGrants } from '../read-grants.ts';
import { readRunId } from '../read-run-id.ts';
import { recordRun } from '../record-run.ts';
import { replayRun } from '../replay-run.ts';
import { requireFrozen } from '../require-frozen.ts';
import { readResultRequest, requirePlace } from '../result-output.ts';
import { policyForRun, tellPolicy } from '../run-policy.ts';
import { runSession } from '../run-session.ts';
import { openWorkspaceEngine, workspaceOf } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew run FILE`: checks a crew file, then runs it. */
export const runCommand: Command = {
  name: 'run',
  usage: 'run FILE [-i name=value]',
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
    ...FROZEN_FLAG,
    ...RUN_FLAGS,
  },
  run,
};

/** Everything that can fail by the author's or the caller's mistake is done before the run exists. */
async function run({ positionals, values, terminal }: CommandCall): Promise<number> {
  const path = onePositional(positionals, 'a crew file, such as `crew run crews/code-review.crew.yaml`');
  const recording = textFlag(values, 'replay');
  if (recording !== undefined) return replayRun(path, recording, { values, terminal });
  const request = await readResultRequest(values, terminal.cwd);
  const record = textFlag(values, 'record');
  if (record !== undefined) requirePlace(terminal.cwd, record, '--record');
  const workspace = workspaceOf(values, terminal);
  const budget = readBudgetFlags(values);
  const program = await loadTrustedProgram(path, { terminal, values, budget });
  await requireFrozen([program], { values, terminal });
  const inputs = await givenInputs(program, values, terminal);
  const { models } = chooseModels({ program, flags: textFlags(values, 'model'), env: terminal.env });
  const opened = await openModels(models, terminal);
  const terms = await modelTerms({ program, models, opened, terminal });
  const plan = await refuseOverPlan({ program, models, terms, inputs, values, terminal });
  const grants = readGrants(values, program);
  const runId = readRunId(values);
  const policy = await policyForRun({ runId, program }, values, terminal);
  tellPolicy({ program, policy }, values, terminal);
  const { memory, release } = await beginMemory(program, { values, terminal });
  let engine: Engine | undefined;
  try {
    engine = await openWorkspaceEngine(values, terminal);
    const at = realWorld.now();
    const remembered = memory === undefined ? {} : { memory };
    const given = { inputs, workspace, models, terms, grants, policy, ...remembered };
    const started = { type: 'run.started', at, runId, ...given } as const;
    const journal = engine.create(runId, program, at, [started]);
    const exitCode = await runSession({
      journal,
      workspace,
      opened,
      models,
      request,
      values,
      terminal,
      plan,
    });
    if (record !== undefined) await recordRun({ engine, runId, file: record, terminal });
    return exitCode;
  } finally {
    engine?.close();
    await release();
  }
}
