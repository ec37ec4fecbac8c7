import type {
  Crew,
  InputDeclaration,
  ModelDeclaration,
  Role,
  Sop,
  ToolsetDeclaration,
} from '../model/crew.ts';
import type { CrewMemory } from '../model/crew-memory.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { withTrialToolset } from '../model/trial-tool.ts';
import { readTokens } from './amounts.ts';
import { type Bundles, bundlesOf, expandGrants } from './bundles.ts';
import { lowerCasting } from './lower-branch.ts';
import { lowerBudget } from './lower-budget.ts';
import { lowerSandbox } from './lower-mcp-server.ts';
import { lowerCrewMemory, lowerRoleMemory } from './lower-memory.ts';
import { lowerPhase } from './lower-phase.ts';
import { asObject, asText, asTexts, compact, namedRows, wholeNumber } from './lower-values.ts';
import type { ResolveOutput } from './lower-work.ts';
import type { ReadMcp } from './read-mcp.ts';
import type { ReadModule } from './read-module.ts';

/**
 * Lowers a crew file, whose SOP is lowered already, to the words of the program: defaults filled in, amounts as
 * numbers, bundles written out. Reads what is well formed and leaves out the rest, which the schema has reported; without
 * `readers` also toolsets that are modules or MCP servers. Pure but for `readers`.
 */
export function lowerCrew(written: JsonObject, sop: Sop, readers?: ToolsetReaders): Crew {
  const procedure = asObject(written.sop);
  const bundles = bundlesOf(written.tools);
  const memory = lowerCrewMemory(written.memory);
  const roles = namedRows(written.roles).map(row => lowerRole(row, { bundles, memory }));
  const bindings = bindInputs(
    sop,
    Object.fromEntries(namedRows(procedure.inputs)),
    namedRows(written.inputs),
  );
  return withTrialToolset({
    name: asText(written.crew),
    goal: asText(written.goal),
    inputs: namedRows(written.inputs).map(lowerInput),
    models: lowerModels(written.models),
    roles: [...roles, ...castRoles(sop.roles, lowerCasting(procedure.roles), roles)],
    toolsets: namedRows(written.tools).flatMap(row => lowerToolset(row, readers)),
    budget: lowerBudget(written.budget),
    sop,
    ...compact({ memory: memoryOf(memory, roles), bindings }),
  });
}

/** A crew that says nothing of memory has one as soon as a role has. */
function memoryOf(written: CrewMemory | undefined, roles: readonly Role[]): CrewMemory | undefined {
  return roles.some(role => role.memory !== undefined) ? (written ?? lowerCrewMemory({})) : written;
}

/** The roles of a procedure that roles of another name play: copies under the names that the procedure has. Pure. */
function castRoles(
  needed: readonly string[],
  casting: { readonly [role: string]: string },
  roles: readonly Role[],
): readonly Role[] {
  return needed.flatMap(name => {
    const playedBy = Object.hasOwn(casting, name) ? casting[name] : undefined;
    const player = roles.find(role => role.name === playedBy);
    if (player === undefined || playedBy === undefined || playedBy === name) return [];
    return [{ ...player, name, playedBy }];
  });
}

/** What the inputs of a procedure are bound to: what is written, else the crew's input of that name, else the default. */
function bindInputs(
  sop: Sop,
  written: JsonObject,
  own: readonly [string, JsonValue][],
): JsonObject | undefined {
  if (sop.inputs === undefined) return undefined;
  const rows = sop.inputs.flatMap(({ name, default: fallback }): [string, JsonValue][] => {
    const bound = Object.hasOwn(written, name) ? written[name] : undefined;
    if (bound !== undefined) return [[name, bound]];
    if (own.some(([input]) => input === name)) return [];
    return fallback === undefined ? [] : [[name, fallback]];
  });
  return Object.fromEntries(rows);
}

/** Lowers a SOP file, or the procedure that stands in a crew file. Includes are read through `resolveOutput`. */
export function lowerSop(written: JsonObject, resolveOutput: ResolveOutput): Sop {
  const named = typeof written.crew === 'string' ? written.crew : asText(written.sop);
  const alone = written.crew === undefined;
  const roles = alone ? asTexts(written.roles) : [];
  const inputs =
    alone && written.inputs !== undefined ? namedRows(written.inputs).map(lowerInput) : undefined;
  const phases = namedRows(written.phases).map(([name, value]) => lowerPhase(name, value, resolveOutput));
  return { name: named, start: asText(written.start), roles, ...compact({ inputs }), phases };
}

/** Lowers one declared input: its schema without the default, which makes it one that need not be given. Pure. */
export function lowerInput([name, value]: [string, JsonValue]): InputDeclaration {
  const { default: fallback, ...rest } = asObject(value);
  const schema = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-')));
  const description = typeof rest.description === 'string' ? rest.description : undefined;
  return { name, schema, required: fallback === undefined, ...compact({ default: fallback, description }) };
}

function lowerModels(value: JsonValue | undefined): ModelDeclaration[] {
  const models = namedRows(value).map(lowerModel);
  return models.some(model => model.name === 'default')
    ? models
    : [{ name: 'default', use: 'auto' }, ...models];
}

function lowerModel([name, value]: [string, JsonValue]): ModelDeclaration {
  if (typeof value === 'string') return { name, use: value };
  const { use, temperature, max_tokens: maxTokens, context } = asObject(value);
  const [first, ...fallbacks] = Array.isArray(use) ? asTexts(use) : [asText(use)];
  const settings = {
    fallbacks: fallbacks.length === 0 ? undefined : fallbacks,
    temperature: typeof temperature === 'number' ? temperature : undefined,
    maxTokens: wholeNumber(maxTokens),
    contextTokens: readTokens(context),
  };
  return { name, use: first ?? '', ...compact(settings) };
}

function lowerRole(
  [name, value]: [string, JsonValue],
  { bundles, memory: crewMemory }: { readonly bundles: Bundles; readonly memory: CrewMemory | undefined },
): Role {
  const { goal, backstory, model, tools, budget, memory } = asObject(value);
  const background = compact({
    backstory: typeof backstory === 'string' ? backstory : undefined,
    budget: budget === undefined ? undefined : lowerBudget(budget),
    memory: lowerRoleMemory(
      memory,
      (crewMemory?.blocks ?? []).map(block => block.name),
    ),
  });
  return {
    name,
    goal: asText(goal),
    ...background,
    model: model === undefined ? 'default' : asText(model),
    tools: expandGrants(asTexts(tools), bundles),
  };
}

/** What lowers toolsets that other files or servers say more of. */
export interface ToolsetReaders {
  readonly readModule: ReadModule;
  readonly readMcp: ReadMcp;
}

function lowerToolset(
  [name, value]: [string, JsonValue],
  readers: ToolsetReaders | undefined,
): readonly ToolsetDeclaration[] {
  if (Array.isArray(value)) return [];
  if (typeof value !== 'object' || value === null) {
    const [, builtin = ''] = /^builtin:(.*)$/.exec(asText(value)) ?? [];
    return [{ name, source: { kind: 'builtin', name: builtin } }];
  }
  const written = asObject(value);
  if (written.builtin !== undefined) {
    const sandbox = compact({ sandbox: lowerSandbox(written.sandbox) });
    return [{ name, source: { kind: 'builtin', name: asText(written.builtin), ...sandbox } }];
  }
  if (readers === undefined) return [];
  const source =
    written.mcp === undefined ? readers.readModule(name, written) : readers.readMcp(name, written);
  return [{ name, source }];
}
