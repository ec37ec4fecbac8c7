import { changeBudget } from '../../model/change-budget.ts';
import { type ConfigLayer, settingOf } from '../../model/config.ts';
import type { Crew } from '../../model/crew.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import { formatCost, formatQuantity } from '../../reporters/amounts.ts';
import {
  addSpends,
  type Conversation,
  type ConversationSpend,
  laterText,
  readConversation,
  spentBy,
} from '../ask/read-conversation.ts';
import { readTalkWords } from '../ask/read-talk-words.ts';
import { askCrew } from '../ask-crew.ts';
import { beginRun } from '../begin-run.ts';
import { type AskChoice, type AskedBefore, chooseAsk, isKept } from '../choose-ask.ts';
import { chooseModels } from '../choose-models.ts';
import { chooseModelsHere } from '../choose-models-here.ts';
import { type Command, type CommandCall, type FlagValues, type Terminal, textFlags } from '../command.ts';
import { ANSWER_FLAG, FROZEN_FLAG, MODEL_BUDGET_FLAGS, REFORMULATE_FLAGS, RUN_FLAGS } from '../flags.ts';
import { loadShippedCrew } from '../load-shipped-crew.ts';
import { requireModel } from '../open-models.ts';
import { readBudgetFlags } from '../read-budget.ts';
import { readConfig } from '../read-config.ts';
import { readPipedQuestion, readQuestion } from '../read-question.ts';
import { type PreparedProgram, prepareProgram } from '../reformulate/prepare-program.ts';
import { readReformulation } from '../reformulate/read-reformulation.ts';
import { requireFrozen } from '../require-frozen.ts';
import { readResultRequest } from '../result-output.ts';
import { tellOffline } from '../tell-offline.ts';
import { loadCompiler } from '../wire.ts';
import { openExistingEngine, workspaceOf } from '../workspace.ts';
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
    'show-summary': { type: 'boolean', help: 'the same as --summary, as the setting is called' },
    summarizer: { type: 'string', value: 'MODEL', help: 'who merges, instead of the first of the models' },
    continue: {
      type: 'boolean',
      takesWord: true,
      help: 'go on with the last conversation here; `--continue RUN QUESTION` with that of a run',
    },
    reformulate: REFORMULATE_FLAGS.reformulate,
    'allow-over-plan': { type: 'boolean', help: 'run even if the plan needs more calls than the budget has' },
    out: RUN_FLAGS.out,
    output: RUN_FLAGS.output,
    'no-input': RUN_FLAGS['no-input'],
    ...ANSWER_FLAG,
    ...MODEL_BUDGET_FLAGS,
    ...FROZEN_FLAG,
  },
  run: ask,
};

/** As for `crew run`: what can be wrong by a slip is found before the run exists. */
async function ask({ positionals, values, terminal }: CommandCall): Promise<number> {
  const { words, before } =
    values.continue === true
      ? await conversationHere(positionals, { values, terminal })
      : { words: positionals, before: undefined };
  const question = await readPipedQuestion(words, { terminal, quiet: values.quiet === true });
  const request = await readResultRequest(values, terminal.cwd);
  const workspace = workspaceOf(values, terminal);
  if (before !== undefined && values.quiet !== true) terminal.stderr(laterText(before));
  const history = before === undefined ? {} : { history: before.said as unknown as JsonValue };
  const given = { question, ...history };
  const { summary, ...prepared } = await prepare(given, { values, terminal, before: before?.asked });
  await requireFrozen([prepared.program], { values, terminal });
  const runId = realWorld.newId();
  return beginRun({
    prepared,
    inputs: { ...given, summary },
    workspace,
    runId,
    request,
    values,
    terminal,
    ...(before === undefined ? {} : { spentBefore: before.spend }),
    afterwards: async engine => {
      if (before !== undefined && values.quiet !== true)
        terminal.stderr(talkText(before, await spentBy(engine, runId)));
    },
  });
}

/** What all of a conversation has taken. */
function talkText(before: Conversation, spend: ConversationSpend): string {
  const { calls, costMicroUsd } = addSpends([before.spend, spend]);
  const spent = `${formatQuantity(calls, 'model call')} · ${formatCost(costMicroUsd)} in all`;
  return `talk    ${formatQuantity(before.said.length + 1, 'question')} · ${spent}\n`;
}

/** The question, as it is written, and the conversation that it goes on with. */
async function conversationHere(
  positionals: readonly string[],
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<{ readonly words: readonly string[]; readonly before: Conversation }> {
  if (positionals.length === 0 || positionals.length > 2) await readQuestion(positionals, terminal);
  const engine = await openExistingEngine(values, terminal);
  try {
    const runIds = engine.list().map(({ runId }) => runId);
    const { named, words } = readTalkWords(positionals, runIds);
    return { words, before: await readConversation(engine, named) };
  } finally {
    engine.close();
  }
}

interface Prepared extends PreparedProgram {
  readonly summary: boolean;
}

interface Asking {
  readonly values: FlagValues;
  readonly terminal: Terminal;
  /** What the run that is gone on with was asked with. */
  readonly before: AskedBefore | undefined;
}

/** Puts what was chosen into the shipped crew. */
async function prepare(inputs: JsonObject, { values, terminal, before }: Asking): Promise<Prepared> {
  const budget = readBudgetFlags(values);
  const config = await readConfig(values, terminal);
  const { crew, sourceMap, catalog } = await loadShippedCrew('ask');
  const { compileCrew } = await loadCompiler();
  const compile = (parts: Crew): Program =>
    compileCrew({ ...parts, budget: changeBudget(parts.budget, budget) }, { sourceMap, catalog });
  const env = { ...terminal.env, CREW_MODEL: undefined };
  const tell = tellOffline(values, terminal);
  const needed =
    isKept({ values, before }) || isNamed(values, terminal, config) ? chooseModels : chooseModelsHere;
  const { default: chosen } = (await needed({ program: compile(crew), flags: [], env, tell })).models;
  if (chosen === undefined) throw new Error('the shipped ask crew does not use its default model');
  // Reasons name the flag of `crew run`.
  const auto = { ...chosen, reason: chosen.reason.replace('--model ', '--models ') };
  const choice = chooseAsk({ values, env: terminal.env, config, auto, before });
  await checkUnasked(choice, { values, terminal });
  // Nobody needs a key for a summarizer that is not asked.
  const summarizers = choice.summary ? choice.summarizers : [choice.models[0] ?? auto];
  const asked = askCrew(crew, {
    models: choice.models.map(({ use }) => use),
    summarizers: summarizers.map(({ use }) => use),
    ...(choice.prompt === undefined ? {} : { prompt: choice.prompt }),
  });
  const named = new Map(choice.models.map(model => [model.use, model]));
  for (const each of summarizers) if (!named.has(each.use)) named.set(each.use, each);
  const wish = await readReformulation({ crew: asked, config, values, terminal });
  const choose = ({ rewrites }: Program) => ({
    ...Object.fromEntries(named),
    ...(rewrites === undefined ? {} : { [`${rewrites.phase}/default`]: choice.models[0] ?? auto }),
  });
  const checked = { crew: asked, compile };
  const prepared = await prepareProgram({
    ...{ checked, wish, inputs, choose, values, terminal },
    modelFlag: '--models',
  });
  return { ...prepared, summary: choice.summary };
}

/** A summarizer that is named on the command line and merges nothing is told of, and must be a model all the same. */
async function checkUnasked(
  { summary, summarizers: [summarizer] }: AskChoice,
  { values, terminal }: Pick<CommandCall, 'values' | 'terminal'>,
): Promise<void> {
  if (summary || summarizer === undefined || values.summarizer === undefined) return;
  await requireModel(summarizer.use, summarizer.reason, terminal);
  if (values.quiet !== true)
    terminal.stderr(`--summarizer: \`${summarizer.use}\` is not asked, because nothing is merged\n`);
}

/** Whether all models are named, so that nobody needs to look for a server. */
function isNamed(values: FlagValues, { env }: Terminal, config: readonly ConfigLayer[]): boolean {
  const uses = [
    ...textFlags(values, 'models'),
    ...(settingOf(config, 'parallel_processing.models')?.value ?? []),
    env.CREW_MODEL ?? '',
  ].join(',');
  return uses.replaceAll(',', '') !== '' && !/(^|,) *auto *(,|$)/.test(uses);
}
