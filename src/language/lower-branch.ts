import type {
  AskWork,
  BranchWork,
  ChainWork,
  CrewWork,
  PromptedModel,
  RoleWork,
  ToolWork,
} from '../model/crew.ts';
import type { JsonValue } from '../model/json.ts';
import { asObject, asText, asTexts, compact, namedRows, wholeNumber } from './lower-values.ts';
import { lowerWork, type Written } from './lower-work.ts';

/** How often a model is asked in one visit when the author does not say. */
export const DEFAULT_MAX_TURNS = 16;

/** One row for each kind of work that may stand in a branch. */
export const LOWER_BRANCH = {
  role: lowerRole,
  tool: lowerTool,
  ask: lowerAsk,
  chain: lowerChain,
  crew: lowerCrewWork,
} as const satisfies {
  readonly [K in BranchWork['kind']]: (written: Written) => Extract<BranchWork, { kind: K }>;
};

/** Lowers the work of a branch or of an item; what is of no known kind becomes a tool call without a tool. */
export function lowerBranch(written: Written): BranchWork {
  const kind = (Object.keys(LOWER_BRANCH) as BranchWork['kind'][]).find(one =>
    Object.hasOwn(written.value, one),
  );
  return LOWER_BRANCH[kind ?? 'tool'](written);
}

function lowerRole(written: Written): RoleWork {
  const { value } = written;
  return {
    kind: 'role',
    ...lowerWork(written),
    role: asText(value.role),
    task: asText(value.task),
    maxTurns: wholeNumber(value.max_turns) ?? DEFAULT_MAX_TURNS,
    ...compact({ model: asText(value.model) || undefined }),
  };
}

function lowerTool(written: Written): ToolWork {
  const { value } = written;
  const tool = asText(value.tool);
  return {
    kind: 'tool',
    ...lowerWork(written),
    tool: /\../.test(tool) ? tool : '',
    with: asObject(value.with),
  };
}

function lowerAsk(written: Written): AskWork {
  const { value } = written;
  const { vote } = value;
  return {
    kind: 'ask',
    ...lowerWork(written),
    prompt: asText(value.ask),
    models: asTexts(value.models),
    ...compact({
      summarizer: value.summarizer === undefined ? undefined : lowerPromptedModel(value.summarizer),
      vote: vote === 'majority' || vote === 'judge' ? vote : undefined,
    }),
    minAnswers: wholeNumber(value.min_answers) ?? 1,
  };
}

/** A model that is left out is the crew's default one. Pure. */
export function lowerPromptedModel(value: JsonValue | undefined): PromptedModel {
  const { model, prompt } = asObject(value);
  return { model: lowerModelName(model), ...compact({ prompt: asText(prompt) || undefined }) };
}

function lowerModelName(value: JsonValue | undefined): string {
  return value === undefined ? 'default' : asText(value);
}

function lowerChain(written: Written): ChainWork {
  const rows = Array.isArray(written.value.chain) ? written.value.chain : [];
  const steps = rows.map((row: JsonValue, index) => {
    const { name, model, prompt_template: template } = asObject(row);
    return {
      name: asText(name) || `step_${index + 1}`,
      model: lowerModelName(model),
      promptTemplate: asText(template),
    };
  });
  return { kind: 'chain', ...lowerWork(written), steps };
}

/** The file is the author's word here; it is resolved and read when all of the procedure is lowered. */
function lowerCrewWork(written: Written): CrewWork {
  const { value } = written;
  return {
    kind: 'crew',
    ...lowerWork(written),
    file: asText(value.crew),
    inputs: Object.fromEntries(namedRows(value.inputs)),
    roles: lowerCasting(value.roles),
  };
}

/** Roles of a procedure to those of the crew; what is no text was reported. Pure. */
export function lowerCasting(value: JsonValue | undefined): { readonly [role: string]: string } {
  return Object.fromEntries(namedRows(value).map(([role, player]) => [role, asText(player)]));
}
