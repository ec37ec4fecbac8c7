import { namedModels } from '../compiler/named-models.ts';
import type { CrewWork, ModelDeclaration, PhaseWork } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import { nthModelKey } from '../model/fallback-key.ts';
import type { Program } from '../model/program.ts';
import { isLoopback } from './local-providers.ts';
import { missingKey, variableOf } from './provider-keys.ts';

/** What `chooseModels` decided; it becomes a fact of the run. */
export interface ModelChoice {
  /**
   * By the aliases or uses that the crew names, with `alias~2`, `alias~3`, … for the models that are tried after the first
   * of an alias, and `role:<name>` for roles that have a model of their own by flag. What a
   * crew phase names stands behind its path: `build/default`.
   */
  readonly models: { readonly [alias: string]: ResolvedModel };
}

/** What a choice is made of. */
export interface ChoiceOptions {
  readonly program: Program;
  /** The texts of `--model`, each `provider:name` or `role=provider:name`. */
  readonly flags: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  /** A model of a server that runs on this machine, where somebody has looked. */
  readonly local?: LocalChoice | undefined;
}

/** What a look at this machine found: a model of a server that runs here, and what keeps others from being used. */
export interface LocalChoice {
  readonly model?: ResolvedModel;
  readonly troubles: readonly string[];
}

/**
 * Chooses the model behind every alias or use that roles and phases name, and says why: flag, then `CREW_MODEL`, then
 * the crew file, then a configured local server, then one that runs, then `offline`. A key in the environment alone never makes a run spend
 * money, and an alias that no role is left to use needs no key. Of the models that a crew file lists for one alias those
 * without a key are left out, unless none has one; a flag and `CREW_MODEL` stand for the whole list.
 * Fails with USAGE when a flag names a role that the crew has not.
 */
export function chooseModels({ program, flags, env, local }: ChoiceOptions): ModelChoice {
  const { everywhere, byRole } = readFlags(program, flags);
  const choices = { everywhere, byRole: new Map(byRole), env, local };
  return { models: Object.fromEntries(chooseAll(program, choices)) };
}

interface Choices {
  readonly everywhere: string | undefined;
  /** By role of the run's own crew. */
  readonly byRole: ReadonlyMap<string, ResolvedModel>;
  readonly env: ChoiceOptions['env'];
  readonly local: LocalChoice | undefined;
}

function chooseAll(program: Program, choices: Choices): readonly (readonly [string, ResolvedModel])[] {
  const { byRole } = choices;
  const roles = program.roles.filter(role => !byRole.has(role.name));
  const used = new Set([...roles.map(role => role.model), ...namedModels(program)]);
  const declared = program.models.filter(({ name }) => used.has(name));
  const known = new Set(declared.map(({ name }) => name));
  const uses = [...used].filter(name => !known.has(name)).map(use => ({ name: use, use }));
  const rows = [...declared, ...uses].flatMap(row =>
    chooseListed(row, choices).map((model, index) => [nthModelKey(row.name, index + 1), model] as const),
  );
  const own = program.roles.flatMap(({ name }) => {
    const chosen = byRole.get(name);
    return chosen === undefined ? [] : [[`role:${name}`, chosen] as const];
  });
  const inside = Object.entries(program.crews ?? {}).flatMap(([path, inner]) =>
    chooseAll(inner, { ...choices, byRole: playersOf(program, path, choices) }).map(
      ([key, model]) => [`${path}/${key}`, model] as const,
    ),
  );
  return [...rows, ...own, ...inside];
}

/** A role of a procedure inside has the model of the role that plays it; a crew of its own has roles of its own. */
function playersOf(program: Program, path: string, { byRole }: Choices): Choices['byRole'] {
  if (crewAt(program, path)?.holds !== 'sop') return new Map();
  const rows = (program.crews?.[path]?.roles ?? []).flatMap(({ name, playedBy = name }) => {
    const chosen = byRole.get(playedBy);
    return chosen === undefined ? [] : [[name, chosen] as const];
  });
  return new Map(rows);
}

/** The phase, branch or item's work that runs the crew at a path. */
function crewAt(program: Program, path: string): CrewWork | undefined {
  const [name = '', part] = path.split('.');
  const phase = program.phases[name];
  const works: readonly PhaseWork[] =
    phase?.kind === 'parallel'
      ? phase.branches.filter(branch => branch.name === part)
      : phase?.kind === 'each'
        ? [phase.work]
        : phase === undefined || phase.kind === 'end'
          ? []
          : [phase];
  return works.find(work => work.kind === 'crew');
}

function readFlags(program: Program, flags: readonly string[]) {
  let everywhere: string | undefined;
  const byRole: [string, ResolvedModel][] = [];
  for (const flag of flags) {
    const equals = /^([a-z][a-z0-9_]*)=(.+)$/.exec(flag);
    if (equals === null) {
      everywhere = flag;
      continue;
    }
    const [, role = '', use = ''] = equals;
    if (!program.roles.some(({ name }) => name === role)) {
      const names = program.roles.map(({ name }) => `\`${name}\``).join(', ');
      throw new CrewError(
        'USAGE',
        `\`--model ${flag}\`: there is no role \`${role}\`; the roles are ${names}`,
      );
    }
    byRole.push([role, { use, reason: `--model for role ${role}` }]);
  }
  return { everywhere, byRole };
}

/** The models behind one alias, in the order in which they are tried. */
function chooseListed(declared: ModelDeclaration, choices: Choices): readonly ResolvedModel[] {
  const { fallbacks = [] } = declared;
  const { everywhere, env } = choices;
  if (fallbacks.length === 0 || everywhere !== undefined || env.CREW_MODEL) {
    return [chooseOne(declared, choices)];
  }
  const listed = [declared.use, ...fallbacks];
  const open = listed.filter(use => missingKey(use, env) === undefined);
  if (open.length === 0) return listed.map((use, index) => ({ use, reason: listReason(listed, index) }));
  const leftOut = listed.flatMap(use => {
    const names = missingKey(use, env);
    return names === undefined ? [] : [`; \`${use}\` is left out, because ${names.key} is not set`];
  });
  return open.map((use, index) => {
    const reason = listReason(open, index);
    return { use, reason: index === 0 ? [reason, ...leftOut].join('') : reason };
  });
}

function listReason(uses: readonly string[], index: number): string {
  return index === 0 ? 'the crew file' : `the crew file, for when \`${uses[index - 1]}\` fails`;
}

function chooseOne(declared: ModelDeclaration, { everywhere, env, local }: Choices): ResolvedModel {
  if (everywhere !== undefined) return { use: everywhere, reason: '--model' };
  if (env.CREW_MODEL || declared.use === 'auto') return autoModel(env, local);
  return { use: declared.use, reason: 'the crew file' };
}

const UNCHOSEN = 'no model was chosen';

/** Whether a run has `offline` only because nobody has named a model. Pure. */
export function isUnchosen({ use, reason }: ResolvedModel): boolean {
  return use === 'offline' && reason.includes(UNCHOSEN);
}

/** What `auto` stands for: `CREW_MODEL`, then a configured local server, then one that was found, then `offline`. Pure. */
export function autoModel(env: ChoiceOptions['env'], local?: LocalChoice): ResolvedModel {
  if (env.CREW_MODEL) return { use: env.CREW_MODEL, reason: 'CREW_MODEL' };
  const { OPENAI_BASE_URL: url, OPENAI_MODEL: name } = env;
  if (url && name && isLoopback(url)) {
    return { use: `openai:${name}`, reason: 'a local server, by OPENAI_BASE_URL and OPENAI_MODEL' };
  }
  if (local?.model !== undefined) return local.model;
  const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'].filter(key => variableOf(env, key) !== undefined);
  const hint =
    keys.length > 0
      ? `${UNCHOSEN}; ${keys.join(' and ')} is set, use it with --model provider:name`
      : `${UNCHOSEN}; choose one with --model or CREW_MODEL`;
  return { use: 'offline', reason: [hint, ...(local?.troubles ?? [])].join('; ') };
}
