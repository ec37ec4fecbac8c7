import { connect } from 'node:net';
import type { ResolvedModel } from '../model/fact.ts';
import type { Terminal } from './command.ts';
import { isLoopback, LOCAL_PROVIDERS } from './local-providers.ts';

/** A model server of this machine that speaks the wire format of OpenAI, and its models. */
export interface LocalServer {
  readonly name: string;
  /** What stands before the colon of its models. */
  readonly provider: string;
  readonly url: string;
  /** Those that can chat come first. */
  readonly models: readonly string[];
  /** The first of its models that can chat; absent when none can. */
  readonly chats?: string;
}

/** A port of this machine is open or it is not; more than this is waited for nowhere. */
const CONNECT_MS = 150;
/** Where somebody listens, how long the list of models may take. */
const LIST_MS = 1_000;
const LONGEST_LIST = 1_000_000;
/** Models that make vectors of texts, or sort them, and cannot chat. */
const NO_CHAT = /embed|rerank|(^|[-_/])(bge|gte|e5|minilm|mxbai|clip|whisper|tts)([-_:./]|$)|all-minilm/i;
const NO_CHAT_FAMILIES = /bert|clip/i;

/**
 * Looks for model servers on this machine: where `OPENAI_BASE_URL` points, if that is this machine, where `OLLAMA_HOST` or
 * Ollama's usual port is, and at the usual ports of others. Where nobody listens this takes a few milliseconds; what gives no
 * list of models in a second is no server.
 */
export async function findLocalServers(env: Terminal['env']): Promise<readonly LocalServer[]> {
  const own = env.OPENAI_BASE_URL;
  const places = [
    ...(own ? [{ name: 'OPENAI_BASE_URL', provider: 'openai', url: own.replace(/\/$/, '') }] : []),
    ...Object.entries(LOCAL_PROVIDERS).map(([provider, { name, url }]) => ({
      name,
      provider,
      url: url(env),
    })),
  ].filter(({ url }) => isLoopback(url));
  const distinct = places.filter(({ url }, index) => places.findIndex(each => each.url === url) === index);
  const found = await Promise.all(
    distinct.map(async place => {
      // Nearly always nobody is there, and then nothing that speaks HTTP has to be loaded.
      const rows = (await isOpen(place.url)) ? await listModels(place.url) : undefined;
      if (rows === undefined) return [];
      const chatting = rows.filter(({ chats }) => chats).map(({ id }) => id);
      const [chats] = chatting;
      const models = [...chatting, ...rows.filter(row => !row.chats).map(({ id }) => id)];
      return [{ ...place, models, ...(chats === undefined ? {} : { chats }) }];
    }),
  );
  return found.flat();
}

/** The model of a server that runs on this machine and was not named by anybody; the first that can chat. */
export async function findLocalModel(env: Terminal['env']): Promise<ResolvedModel | undefined> {
  const servers = await findLocalServers(env);
  const [first] = servers.flatMap(({ provider, url, chats }) =>
    chats === undefined ? [] : [{ provider, host: new URL(url).host, model: chats }],
  );
  if (first === undefined) return undefined;
  const { provider, host, model } = first;
  return { use: `${provider}:${model}`, reason: `${provider} at ${host}, model ${model}` };
}

function isOpen(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === 'https:' ? 443 : 80;
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port) || usual, timeout: CONNECT_MS });
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false));
  });
}

interface ListedModel {
  readonly id: string;
  readonly chats: boolean;
}

/** Ollama says more of its models in a list of its own. */
async function listModels(url: string): Promise<readonly ListedModel[] | undefined> {
  const signal = AbortSignal.timeout(LIST_MS);
  const [own, usual] = await Promise.all([
    readJson(new URL('/api/tags', url).href, signal),
    readJson(`${url}/models`, signal),
  ]);
  return modelsIn(own, 'models', 'name') ?? modelsIn(usual, 'data', 'id');
}

async function readJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const answer = await fetch(url, { signal, redirect: 'error' });
    const text = answer.ok ? await shortText(answer) : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Nobody is there, or somebody else.
    return undefined;
  }
}

async function shortText({ body }: Response): Promise<string | undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LONGEST_LIST) return undefined;
  }
  return text;
}

function modelsIn(list: unknown, key: string, name: string): readonly ListedModel[] | undefined {
  const rows = partOf(list, key);
  if (!Array.isArray(rows)) return undefined;
  return rows.flatMap((row: unknown) => {
    const id = partOf(row, name);
    return typeof id === 'string' && isName(id) ? [{ id, chats: canChat(id, row) }] : [];
  });
}

/** A name that can stand in `provider:name` and on one row. */
function isName(id: string): boolean {
  return /^[^\s\p{Cc}]{1,200}$/u.test(id);
}

function canChat(id: string, row: unknown): boolean {
  const abilities = partOf(row, 'capabilities');
  if (Array.isArray(abilities) && abilities.length > 0) return abilities.includes('completion');
  const family = partOf(partOf(row, 'details'), 'family');
  return !NO_CHAT.test(id) && !(typeof family === 'string' && NO_CHAT_FAMILIES.test(family));
}

function partOf(value: unknown, key: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
  return (value as { readonly [name: string]: unknown })[key];
}
