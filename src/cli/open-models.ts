import { suggest } from '../language/closest.ts';
import type { ModelDeclaration } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { ModelTerms, ResolvedModel } from '../model/fact.ts';
import { firstModelKey } from '../model/fallback-key.ts';
import type { Program } from '../model/program.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { AnswerTokens } from './answer-tokens.ts';
import type { Terminal } from './command.ts';
import { localUrl } from './local-providers.ts';
import { lookForServers } from './local-servers.ts';
import { missingKey, PROVIDER_KEYS, providerOf, variableOf } from './provider-keys.ts';
import { readScriptFile } from './read-script.ts';
import { isServerAddress, shownAddress } from './shown-address.ts';
import { loadContextWindows, loadPrices, PROVIDERS, type ProviderSettings } from './wire.ts';

/**
 * Makes one model per distinct `provider:name`. Fails with MODEL_UNKNOWN for a word that is none and with
 * CREDENTIALS_MISSING when a provider has neither a key nor a base URL of one's own; with USAGE when `CREW_MAX_CONCURRENT`
 * is no number of calls, or the base URL no address.
 */
export async function openModels(
  models: { readonly [alias: string]: ResolvedModel },
  terminal: Terminal,
): Promise<ReadonlyMap<string, LanguageModel>> {
  const opened = new Map<string, LanguageModel>();
  for (const { use, reason } of Object.values(models)) {
    if (!opened.has(use)) opened.set(use, await openModel(use, reason, terminal));
  }
  return opened;
}

/** What the ledger must know of each alias. The crew's `max_tokens` and `temperature` win over the model's own. */
export async function modelTerms(options: {
  readonly program: Program;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly opened: ReadonlyMap<string, LanguageModel>;
  readonly terminal: Terminal;
  readonly answerTokens?: AnswerTokens;
}): Promise<{ readonly [alias: string]: ModelTerms }> {
  const { program, models, opened, terminal, answerTokens = {} } = options;
  const [modelPrice, contextWindow] = await Promise.all([loadPrices(), loadContextWindows()]);
  const rows = Object.entries(models).map(([alias, { use }]) => {
    const model = opened.get(use);
    const declared = declarationOf(program, alias);
    const ownAddress = variableOf(terminal.env, PROVIDER_KEYS[providerOf(use)]?.url ?? '') === undefined;
    const contextTokens = ownAddress ? contextWindow(use) : undefined;
    const terms: ModelTerms = {
      maxTokens: maxTokensOf(model, declared, answerTokens),
      languageModel: model?.isLanguageModel ?? true,
      price: ownAddress ? modelPrice(use) : null,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(model?.rules === undefined ? overflowTerms(declared) : {}),
      ...(model?.rules === undefined ? {} : { rules: model.rules }),
      ...(declared?.temperature === undefined ? {} : { temperature: declared.temperature }),
    };
    return [alias, terms] as const;
  });
  return Object.fromEntries(rows);
}

function maxTokensOf(
  model: LanguageModel | undefined,
  declared: ModelDeclaration | undefined,
  { flag, setting }: AnswerTokens,
): number {
  const otherwise = model?.defaultMaxTokens ?? 0;
  if (model?.isLanguageModel === false) return declared?.maxTokens ?? otherwise;
  return flag ?? declared?.maxTokens ?? setting ?? otherwise;
}

/** A model that goes by rules has no window. */
function overflowTerms(
  declared: ModelDeclaration | undefined,
): Pick<ModelTerms, 'overflow' | 'declaredContextTokens'> {
  const said = declared?.contextTokens;
  return { overflow: 'shrink', ...(said === undefined ? {} : { declaredContextTokens: said }) };
}

/** What the crew that a key belongs to declares of the model. */
function declarationOf(program: Program, key: string): ModelDeclaration | undefined {
  const inside = Object.entries(program.crews ?? {}).find(([path]) => key.startsWith(`${path}/`));
  if (inside !== undefined) return declarationOf(inside[1], key.slice(inside[0].length + 1));
  const role = program.roles.find(({ name }) => `role:${name}` === key);
  return program.models.find(({ name }) => name === (role?.model ?? firstModelKey(key)));
}

async function openModel(use: string, reason: string, terminal: Terminal): Promise<LanguageModel> {
  const { provider, name, row } = await requireModel(use, reason, terminal);
  return row(name, settingsFor(provider, use, terminal));
}

/** What stands behind a use, without opening it, so that no key is needed. Fails with MODEL_UNKNOWN. */
export async function requireModel(use: string, reason: string, terminal: Terminal) {
  const provider = providerOf(use);
  const name = use.slice(provider.length + 1);
  const row = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider as keyof typeof PROVIDERS] : undefined;
  if (row === undefined || (name === '' && provider !== 'offline')) {
    const known = Object.keys(PROVIDERS);
    const hint =
      row === undefined
        ? ((await localName(use, terminal)) ?? suggest(provider, known))
        : 'the name after the colon is missing';
    throw new CrewError(
      'MODEL_UNKNOWN',
      `\`${use}\` (${reason}) is no model${hint === undefined ? '' : `; ${hint}`}`,
    );
  }
  return { provider, name, row };
}

/** A name as Ollama and others write it, `llama3.2:3b`, is often meant for the server that has it. */
async function localName(use: string, { env }: Terminal): Promise<string | undefined> {
  const { servers } = await lookForServers(env);
  const meant = servers.flatMap(({ provider, models }) =>
    models.filter(name => name === use || name === `${use}:latest`).map(name => `${provider}:${name}`),
  );
  return meant[0] === undefined ? undefined : `did you mean \`${meant[0]}\`?`;
}

function settingsFor(provider: string, use: string, terminal: Terminal): ProviderSettings {
  const readScript = (path: string) => readScriptFile(path, terminal);
  const maxConcurrent = readMaxConcurrent(terminal.env.CREW_MAX_CONCURRENT);
  const limit = maxConcurrent === undefined ? {} : { maxConcurrent };
  const local = localUrl(provider, terminal.env);
  if (local !== undefined) return { readScript, apiKey: '', baseUrl: local, ...limit };
  const names = PROVIDER_KEYS[provider];
  if (names === undefined) return { readScript };
  const apiKey = variableOf(terminal.env, names.key);
  const baseUrl = variableOf(terminal.env, names.url);
  if (missingKey(use, terminal.env) !== undefined) {
    throw new CrewError(
      'CREDENTIALS_MISSING',
      `\`${use}\` needs ${names.key}, or ${names.url} for a server of your own`,
    );
  }
  if (baseUrl && !isServerAddress(baseUrl)) {
    throw new CrewError(
      'USAGE',
      `${names.url} must be the address of a server, such as http://127.0.0.1:8000/v1, but it is \`${shownAddress(baseUrl)}\``,
    );
  }
  // Servers of one's own mostly want no key.
  return { readScript, apiKey: apiKey ?? '', ...(baseUrl ? { baseUrl } : {}), ...limit };
}

function readMaxConcurrent(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new CrewError('USAGE', `CREW_MAX_CONCURRENT must be a whole number from 1, but it is \`${text}\``);
}
