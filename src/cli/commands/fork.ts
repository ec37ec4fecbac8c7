import type { JsonObject } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { Engine, RecordedRun } from '../../ports/engine.ts';
import type { StartedFact } from '../../runtime/records/compare-runs.ts';
import { readAnswerTokens } from '../answer-tokens.ts';
import { chooseModelsHere } from '../choose-models-here.ts';
import {
  type Command,
  type CommandCall,
  type FlagValues,
  type Terminal,
  textFlag,
  textFlags,
} from '../command.ts';
import { INPUT_FLAGS, RUN_FLAGS } from '../flags.ts';
import { type ForkPlan, inheritInputs, inheritModels, planFork, readForkPoint } from '../fork-plan.ts';
import { loadTrustedCrew } from '../load-program.ts';
import { modelTerms, openModels } from '../open-models.ts';
import { onePositional } from '../positionals.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readNamedFile } from '../read-files.ts';
import { readGrants } from '../read-grants.ts';
import { readInputs, readInputsFile } from '../read-inputs.ts';
import { compileLike } from '../reformulate/compile-like.ts';
import { startedOf } from '../replay-facts.ts';
import { requireTrustedRun } from '../require-trusted-run.ts';
import { readResultRequest } from '../result-output.ts';
import { resumeFlags } from '../resume-flags.ts';
import { requireWorkspace } from '../resume-run.ts';
import { policyForResume } from '../run-policy.ts';
import { runSession } from '../run-session.ts';
import { loadMismatchText } from '../wire.ts';
import { openExistingEngine } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew fork RUN`: a new run that begins with what happened in another one. */
export const forkCommand: Command = {
  name: 'fork',
  usage: 'fork RUN [--at N]',
  summary: 'go on from any point of a run as a new run',
  flags: {
    at: {
      type: 'string',
      value: 'N',
      help: 'keep the first N facts, as `crew why` numbers them; all when left out',
    },
    crew: {
      type: 'string',
      value: 'FILE',
      help: 'go on with this crew file; facts are kept as far as they fit it',
    },
    'no-resume': { type: 'boolean', help: 'only make the new run; `crew resume RUN` goes on later' },
    ...INPUT_FLAGS,
    ...RUN_FLAGS,
  },
  run: fork,
};

async function fork({ positionals, values, terminal }: CommandCall): Promise<number> {
  const prefix = onePositional(positionals, 'a run id; `crew ps` lists them');
  const request = await readResultRequest(values, terminal.cwd);
  const budget = readBudgetFlags(values);
  const engine = await openExistingEngine(values, terminal);
  try {
    const run = engine.read(prefix);
    const at = readForkPoint(textFlag(values, 'at'), run);
    const file = textFlag(values, 'crew');
    const program =
      file === undefined
        ? run.program
        : await compileLike(await loadTrustedCrew(file, { terminal, values }), run.program);
    const grants = readGrants(values, program);
    const { started, opened } = await begin({ run, program, values, terminal });
    const plan = await planFork({ run, at, program, started });
    const goesOn = values['no-resume'] !== true;
    if (goesOn && !plan.ended) {
      const { workspace } = started;
      requireWorkspace(workspace);
      const command = `crew fork ${run.runId}${resumeFlags(values)}`;
      if (file === undefined) {
        await requireTrustedRun({ runId: run.runId, program, workspace, command, values, terminal });
      }
    }
    const runId = realWorld.newId();
    const journal = create({ engine, runId, program, plan, from: run.runId });
    if (!plan.ended) {
      const { workspace } = started;
      const { facts } = plan;
      const policy = await policyForResume({ runId, program, facts, workspace, values, terminal });
      journal.append({ type: 'run.resumed', at: realWorld.now(), forked: true, budget, grants, ...policy });
    }
    await tell({ run, runId, at, plan, values, terminal });
    if (!goesOn) {
      journal.close();
      return 0;
    }
    const { workspace, models } = started;
    return await runSession({ journal, workspace, opened, models, request, values, terminal });
  } finally {
    engine.close();
  }
}

interface Beginning {
  readonly run: RecordedRun;
  readonly program: Program;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** The first fact of the fork, still under the id of the other run, and its models; only made to go on, they are opened. */
async function begin({ run, program, values, terminal }: Beginning) {
  const recorded = startedOf(run);
  const { seed = run.runId } = recorded;
  const before: StartedFact = { ...recorded, seed };
  const changes = ['crew', 'model', 'input', 'inputs'].some(name => values[name] !== undefined);
  if (!changes && values['no-resume'] === true) return { started: before, opened: new Map<string, never>() };
  if (!changes) return { started: before, opened: await openModels(before.models, terminal) };
  const flags = textFlags(values, 'model');
  const { models: chosen } = await chooseModelsHere({ program, flags, env: terminal.env });
  const inherited = { program: run.program, models: before.models };
  const models = inheritModels({ recorded: inherited, program, chosen, flags });
  const opened = await openModels(models, terminal);
  const answerTokens = await readAnswerTokens(values, terminal);
  const terms = await modelTerms({ program, models, opened, terminal, answerTokens });
  const inputs = await forkedInputs(program, before.inputs, { values, terminal });
  return { started: { ...before, inputs, models, terms }, opened };
}

async function forkedInputs(
  program: Program,
  recorded: JsonObject,
  { values, terminal }: Pick<Beginning, 'values' | 'terminal'>,
): Promise<JsonObject> {
  const path = textFlag(values, 'inputs');
  const given = path === undefined ? {} : readInputsFile({ path, text: readNamedFile(terminal.cwd, path) });
  const text = JSON.stringify(inheritInputs(program, recorded, given));
  const pairs = textFlags(values, 'input');
  return readInputs({
    declared: program.inputs,
    pairs,
    file: { path: path ?? 'the inputs of the run', text },
  });
}

function create(options: {
  readonly engine: Engine;
  readonly runId: string;
  readonly program: Program;
  readonly plan: ForkPlan;
  readonly from: string;
}) {
  const { engine, runId, program, plan, from } = options;
  const [first, ...rest] = plan.facts;
  if (first?.type !== 'run.started') throw new Error('a fork begins with run.started');
  const { forkedFrom: before } = first;
  const forkedFrom = {
    ...{ runId: from, at: plan.facts.length },
    ...(before === undefined ? {} : { forkedFrom: before }),
  };
  return engine.create(runId, program, realWorld.now(), [{ ...first, runId, forkedFrom }, ...rest]);
}

async function tell(options: {
  readonly run: RecordedRun;
  readonly runId: string;
  readonly at: number;
  readonly plan: ForkPlan;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}): Promise<void> {
  const { run, runId, at, plan, values, terminal } = options;
  const { mismatch } = plan;
  const kept = plan.facts.length;
  const onlyMade = values['no-resume'] === true;
  if (onlyMade && values.json === true) {
    const stopped =
      mismatch === undefined ? {} : { stopped: (await loadMismatchText()).mismatchDocument(mismatch) };
    const document = { version: 1, runId, forkedFrom: run.runId, kept, asked: at, ...stopped };
    return terminal.stdout(`${JSON.stringify(document, null, 2)}\n`);
  }
  const count = run.facts.length;
  const facts = kept === count ? `all ${count} facts` : `the first ${kept} of ${count} facts`;
  const goOn = onlyMade ? `; go on with: crew resume ${runId}${resumeFlags(values)}` : '';
  terminal.stderr(`fork    ${runId} keeps ${facts} of run ${run.runId}${goOn}\n`);
  if (mismatch === undefined) return;
  const { mismatchTitle, mismatchDetails } = await loadMismatchText();
  terminal.stderr(
    `        ${mismatchTitle(mismatch)}\n${mismatchDetails(mismatch, { color: terminal.stderrColor })}\n`,
  );
}
