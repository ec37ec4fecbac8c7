import { namedModels } from '../compiler/named-models.ts';
import type { ModelDeclaration } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ResolvedModel } from '../model/fact.ts';
import type { Program } from '../model/program.ts';

/** What `chooseModels` decided; it becomes a fact of the run. */
export interface ModelChoice {
  /** Aliases of the crew, and `role:<name>` for roles that have a model of their own by flag. */
  readonly models: { readonly [alias: string]: ResolvedModel };
}

interface ChoiceOptions {
  readonly program: Program;
  /** The texts of `--model`, each `provider:name` or `role=provider:name`. */
  readonly flags: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
}

/**
 * Chooses the model behind every alias or use that roles and phases name, and says why: flag, then `CREW_MODEL`, then
 * the crew file, then a configured local server, then `offline`. A key in the environment alone never makes a run spend
 * money, and an alias that no role is left to use needs no key.
 * Fails with USAGE when a flag names a role that the crew has not.
 */
export function chooseModels({ program, flags, env }: ChoiceOptions): ModelChoice {
  const { everywhere, byRole } = readFlags(program, flags);
  const ownModels = new Set(byRole.map(([key]) => key));
  const roles = program.roles.filter(role => !ownModels.has(`role:${role.name}`));
  const used = new Set([...roles.map(role => role.model), ...namedModels(program)]);
  const rows = program.models
    .filter(({ name }) => used.has(name))
    .map(declared => [declared.name, chooseOne(declared, everywhere, env)] as const);
  const declared = new Set(program.models.map(({ name }) => name));
  const named = [...used]
    .filter(name => !declared.has(name))
    .map(use => [use, chooseOne({ name: use, use }, everywhere, env)] as const);
  return { models: Object.fromEntries([...rows, ...named, ...byRole]) };
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
    byRole.push([`role:${role}`, { use, reason: `--model for role ${role}` }]);
  }
  return { everywhere, byRole };
}

function chooseOne(
  declared: ModelDeclaration,
  flag: string | undefined,
  env: ChoiceOptions['env'],
): ResolvedModel {
  if (flag !== undefined) return { use: flag, reason: '--model' };
  const fromEnv = env.CREW_MODEL;
  if (fromEnv) return { use: fromEnv, reason: 'CREW_MODEL' };
  if (declared.use !== 'auto') return { use: declared.use, reason: 'the crew file' };
  const { OPENAI_BASE_URL: url, OPENAI_MODEL: name } = env;
  if (url && name && isLoopback(url)) {
    return { use: `openai:${name}`, reason: 'a local server, by OPENAI_BASE_URL and OPENAI_MODEL' };
  }
  const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY'].filter(key => env[key]);
  const hint =
    keys.length > 0
      ? `no model was chosen; ${keys.join(' and ')} is set, use it with --model provider:name`
      : 'no model was chosen; choose one with --model or CREW_MODEL';
  return { use: 'offline', reason: hint };
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
