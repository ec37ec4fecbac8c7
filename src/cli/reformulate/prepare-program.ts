import { CrewError } from '../../model/crew-error.ts';
import type { ModelTerms, ResolvedModel } from '../../model/fact.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Program } from '../../model/program.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import { readAnswerTokens } from '../answer-tokens.ts';
import type { FlagValues, Terminal } from '../command.ts';
import type { CheckedCrew } from '../load-program.ts';
import { loadShippedCrew } from '../load-shipped-crew.ts';
import { modelTerms, openModels } from '../open-models.ts';
import { planRun } from '../plan-run.ts';
import type { ReformulationWish } from './read-reformulation.ts';
import { reformulatedCrew } from './reformulated-crew.ts';

/** How often a request is said again where the budget has room for it. */
const MOST_ROUNDS = 5;

/** Models by alias or use. */
type Models = { readonly [alias: string]: ResolvedModel };

interface Preparing {
  readonly checked: CheckedCrew;
  /** Undefined where the request stays as it is. */
  readonly wish: ReformulationWish | undefined;
  /** Absent where a plan is made before they are known. */
  readonly inputs?: JsonObject | undefined;
  /** Chooses the models of a program. */
  readonly choose: (program: Program) => Models | Promise<Models>;
  /** The flag of the command that names models; `--model` when absent. */
  readonly modelFlag?: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/** A program with its models, ready to be planned and run. */
export interface PreparedProgram {
  readonly program: Program;
  readonly models: Models;
  readonly opened: ReadonlyMap<string, LanguageModel>;
  readonly terms: { readonly [alias: string]: ModelTerms };
}

/**
 * Compiles a crew, with its request said again before the rest where that is wished, as often as its ceiling of calls has
 * room for, and opens the models. The offline responder cannot say anything again, so with it the request stays as it is,
 * which is told. Fails with INPUT_INVALID for an empty request, and as `openModels`.
 */
export async function prepareProgram(preparing: Preparing): Promise<PreparedProgram> {
  const { checked, wish, inputs, modelFlag = '--model', values, terminal } = preparing;
  if (wish === undefined) return opened(preparing, checked.compile(checked.crew));
  if (inputs !== undefined) requireText(inputs, wish.input);
  const { crew: shipped } = await loadShippedCrew('reformulate');
  const withRounds = (rounds: number): Program => {
    const { model, ...rest } = wish;
    const use = model === undefined ? {} : { model: model.use };
    return checked.compile(reformulatedCrew(checked.crew, shipped, { ...rest, ...use, rounds }));
  };
  const most = withRounds(MOST_ROUNDS);
  const models = withWished(await preparing.choose(most), most, wish.model);
  const writer = models[writerKey(most)];
  if (writer?.use === 'offline') {
    if (values.quiet !== true)
      terminal.stderr(
        `reformulation: the request stays as it is, because \`offline\` is not a language model; name one with ${modelFlag} or \`reformulation.model\`\n`,
      );
    return opened(preparing, checked.compile(checked.crew));
  }
  const prepared = await opened({ ...preparing, choose: () => models }, most);
  return { ...prepared, program: await fitting(prepared, withRounds, inputs) };
}

/** The alias of whoever says the request again. */
function writerKey({ rewrites }: Program): string {
  return `${rewrites?.phase}/default`;
}

/** A setting for this one purpose goes over what was chosen for all. */
function withWished(models: Models, program: Program, wished: ResolvedModel | undefined): Models {
  if (wished === undefined || wished.use === 'auto') return models;
  return { ...models, [writerKey(program)]: wished };
}

async function opened({ choose, values, terminal }: Preparing, program: Program): Promise<PreparedProgram> {
  const models = await choose(program);
  const doors = await openModels(models, terminal);
  const answerTokens = await readAnswerTokens(values, terminal);
  const terms = await modelTerms({ program, models, opened: doors, terminal, answerTokens });
  return { program, models, opened: doors, terms };
}

/** With as many rounds as fit under the ceiling of calls; with one where none does, so that the plan says what is missing. */
async function fitting(
  { program, models, terms }: PreparedProgram,
  withRounds: (rounds: number) => Program,
  inputs: JsonObject | undefined,
): Promise<Program> {
  if (program.budget.calls === undefined) return program;
  const known = inputs === undefined ? {} : { inputs };
  for (let rounds = MOST_ROUNDS; rounds > 1; rounds -= 1) {
    const candidate = withRounds(rounds);
    const { excess } = await planRun({ program: candidate, models, terms, ...known });
    if (excess.every(({ what, refused }) => what !== 'calls' || !refused)) return candidate;
  }
  return withRounds(1);
}

function requireText(inputs: JsonObject, name: string): void {
  const text = inputs[name];
  if (typeof text === 'string' && text.trim() !== '') return;
  throw new CrewError('INPUT_INVALID', `there is nothing to reformulate: the input \`${name}\` has no text`);
}
