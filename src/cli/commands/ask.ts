import type { Crew } from '../../model/crew.ts';
import type { ResolvedModel } from '../../model/fact.ts';
import type { Program } from '../../model/program.ts';
import { askCrew } from '../ask-crew.ts';
import { chooseAsk } from '../choose-ask.ts';
import { chooseModels } from '../choose-models.ts';
import type { Command, CommandCall, FlagValues, Terminal } from '../command.ts';
import { BUDGET_FLAGS, FROZEN_FLAG, RUN_FLAGS } from '../flags.ts';
import { loadShippedCrew } from '../load-shipped-crew.ts';
import { modelTerms, openModels } from '../open-models.ts';
import { refuseOverPlan } from '../plan-run.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readConfig } from '../read-config.ts';
import { readQuestion } from '../read-question.ts';
import { requireFrozen } from '../require-frozen.ts';
import { readResultRequest } from '../result-output.ts';
import { policyForRun } from '../run-policy.ts';
import { runSession } from '../run-session.ts';
import { loadCompiler } from '../wire.ts';
import { openWorkspaceEngine, workspaceOf } from '../workspace.ts';
import { realWorld } from '../world.ts';

/** `crew ask QUESTION`: one question to several models at once, then a summary; a run of `crews/ask.crew.yaml`. */
export const askCommand: Command = {
  name: 'ask',
  usage: 'ask QUESTION|-|@FILE',
  summary: 'ask several models at once, and merge their answers',
  flags: {
    models: {
      type: 'string',
      multiple: true,
      value: 'A,B,C',
      help: 'the models to ask, such as openai:NAME,anthropic:NAME',
    },
    summary: { type: 'boolean', help: 'merge the answers into one text; --no-summary leaves it out' },
    summarizer: { type: 'string', value: 'MODEL', help: 'who merges, instead of the first of the models' },
    'allow-over-plan': { type: 'boolean', help: 'run even if the plan needs more calls than the budget has' },
    out: RUN_FLAGS.out,
    output: RUN_FLAGS.output,
    ...BUDGET_FLAGS,
    ...FROZEN_FLAG,
  },
  run: ask,
};

/** As for `crew run`: what can be wrong by a slip is found before the run exists. */
async function ask({ positionals, values, terminal }: CommandCall): Promise<number> {
  const question = await readQuestion(positionals, terminal);
  const request = await readResultRequest(values, terminal.cwd);
  const workspace = workspaceOf(values, terminal);
  const { program, models, summary } = await prepare(values, terminal);
  await requireFrozen([program], { values, terminal });
  const inputs = { question, summary };
  const opened = await openModels(models, terminal);
  const terms = await modelTerms({ program, models, opened, terminal });
  const plan = await refuseOverPlan({ program, models, terms, inputs, values, terminal });
  const runId = realWorld.newId();
  const policy = await policyForRun({ runId, program }, values, terminal);
  const engine = await openWorkspaceEngine(values, terminal);
  try {
    const at = realWorld.now();
    const started = { type: 'run.started', at, runId, inputs, workspace, models, terms, policy } as const;
    const journal = engine.create(runId, program, at, [started]);
    return await runSession({ journal, workspace, opened, models, request, values, terminal, plan });
  } finally {
    engine.close();
  }
}

interface Prepared {
  readonly program: Program;
  /** By `provider:name`. */
  readonly models: { readonly [use: string]: ResolvedModel };
  readonly summary: boolean;
}

/** Puts what was chosen into the shipped crew. */
async function prepare(values: FlagValues, terminal: Terminal): Promise<Prepared> {
  const budget = readBudgetFlags(values);
  const config = await readConfig(values, terminal);
  const { crew, sourceMap, catalog } = await loadShippedCrew('ask');
  const { compileCrew } = await loadCompiler();
  const compile = (parts: Crew): Program =>
    compileCrew({ ...parts, budget: { ...parts.budget, ...budget } }, { sourceMap, catalog });
  const env = { ...terminal.env, CREW_MODEL: undefined };
  const { default: chosen } = chooseModels({ program: compile(crew), flags: [], env }).models;
  if (chosen === undefined) throw new Error('the shipped ask crew does not use its default model');
  // Reasons name the flag of `crew run`.
  const auto = { ...chosen, reason: chosen.reason.replace('--model ', '--models ') };
  const choice = chooseAsk({ values, env: terminal.env, config, auto });
  // Nobody needs a key for a summarizer that is not asked.
  const summarizer = choice.summary ? choice.summarizer : (choice.models[0] ?? auto);
  const program = compile(
    askCrew(crew, {
      models: choice.models.map(({ use }) => use),
      summarizer: summarizer.use,
      ...(choice.prompt === undefined ? {} : { prompt: choice.prompt }),
    }),
  );
  const named = new Map(choice.models.map(model => [model.use, model]));
  if (!named.has(summarizer.use)) named.set(summarizer.use, summarizer);
  return { program, models: Object.fromEntries(named), summary: choice.summary };
}
