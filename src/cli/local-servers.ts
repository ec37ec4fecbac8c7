import { connect } from 'node:net';
import { isOllamaAddress } from '../model/ollama-address.ts';
import type { Terminal } from './command.ts';
import { isLoopback, LOCAL_PROVIDERS, localUrl } from './local-providers.ts';
import { shownAddress } from './shown-address.ts';

/** A model server of this machine that speaks the wire format of OpenAI, and its models. */
export interface LocalServer {
  readonly name: string;
  /** What stands before the colon of its models. */
  readonly provider: string;
  /** Without what may be a password in it. */
  readonly url: string;
  /** Those that can chat come first. */
  readonly models: readonly string[];
  /** The first of its models that can chat; absent when none can. */
  readonly chats?: string;
  /** Those that make vectors, or sort texts; absent when there are none. */
  readonly cannotChat?: readonly string[];
}

/** What was found on this machine, and a sentence for each thing that keeps a server from being used. */
export interface LocalLook {
  readonly servers: readonly LocalServer[];
  readonly troubles: readonly string[];
}

/** How long somebody may take to answer at all, and with the list of models where they listen. */
interface Patience {
  readonly connectMs: number;
  readonly listMs: number;
}

/** A port of this machine is open or it is not; nobody has said that there is somebody. */
const USUAL_PLACE: Patience = { connectMs: 150, listMs: 1_000 };
/** Where nobody listens this machine says so at once, so only a server that is busy is waited for. */
const NAMED_PLACE: Patience = { connectMs: 3_000, listMs: 5_000 };
const LONGEST_LIST = 1_000_000;
/** Models that make vectors of texts, or sort them, and cannot chat. */
const NO_CHAT = /embed|rerank|(^|[-_/])(bge|gte|e5|minilm|mxbai|clip|whisper|tts)([-_:./]|$)|all-minilm/i;
const NO_CHAT_FAMILIES = /bert|clip/i;
/** A small model that Ollama has, for people who have none. */
const EXAMPLE_MODEL = 'llama3.2';

/**
 * Looks for model servers on this machine: where `OPENAI_BASE_URL` points, if that is this machine, where `OLLAMA_HOST` or
 * Ollama's usual port is, and at the usual ports of others. Where nobody listens this takes a few milliseconds; what gives no
 * list of models in a second is no server, or in five where a variable names it, and then that is told. Who is
 * in a `hurry`, as at a press of a key, waits for nobody longer.
 */
export async function lookForServers(
  env: Terminal['env'],
  { hurry = false }: { readonly hurry?: boolean } = {},
): Promise<LocalLook> {
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
  const patience = (place: Place): Patience =>
    hurry || nameOf(place, env) === undefined ? USUAL_PLACE : NAMED_PLACE;
  const found = await Promise.all(
    distinct.map(async place => ({
      place,
      ...(await serverAt(place, patience(place))),
    })),
  );
  return {
    servers: found.flatMap(({ server }) => (server === undefined ? [] : [server])),
    troubles: [
      ...hostTroubles(env),
      ...found.flatMap(({ place, trouble }) => {
        const named = trouble === undefined ? undefined : nameOf(place, env);
        return named === undefined ? [] : [`${named} ${trouble}`];
      }),
      ...found.flatMap(({ server }) => (server === undefined ? [] : modelTroubles(server))),
    ],
  };
}

type Place = Pick<LocalServer, 'name' | 'provider' | 'url'>;

async function serverAt(
  place: Place,
  { connectMs, listMs }: Patience,
): Promise<{ readonly server?: LocalServer; readonly trouble?: string }> {
  // Nearly always nobody is there, and then nothing that speaks HTTP has to be loaded.
  if (!(await isOpen(place.url, connectMs))) return { trouble: 'does not answer' };
  const rows = await listModels(place.url, listMs);
  if (rows === undefined) return { trouble: 'does not answer with a list of models' };
  const chatting = rows.filter(({ chats }) => chats).map(({ id }) => id);
  const cannotChat = rows.filter(row => !row.chats).map(({ id }) => id);
  const [chats] = chatting;
  const server = {
    ...place,
    url: shownAddress(place.url),
    models: [...chatting, ...cannotChat],
    ...(chats === undefined ? {} : { chats }),
    ...(cannotChat.length === 0 ? {} : { cannotChat }),
  };
  return { server };
}

/** The variable that names a place, as the person wrote it; undefined for a usual port. */
function nameOf({ provider, url }: Place, env: Terminal['env']): string | undefined {
  if (provider === 'openai') return `OPENAI_BASE_URL (${shownAddress(url)})`;
  const host = provider === 'ollama' ? env.OLLAMA_HOST : undefined;
  return host && isOllamaAddress(host) ? `OLLAMA_HOST (${shownAddress(host)})` : undefined;
}

function hostTroubles(env: Terminal['env']): readonly string[] {
  const { OLLAMA_HOST: host } = env;
  if (!host) return [];
  const named = `OLLAMA_HOST (${shownAddress(host)})`;
  if (!isOllamaAddress(host))
    return [`${named} cannot be read: expected a host, a port as \`:11434\`, or both`];
  if (isLoopback(localUrl('ollama', env) ?? '')) return [];
  return [`${named} is another machine, where nobody looks for models; name one as ollama:NAME`];
}

function modelTroubles({ name, provider, url, models, chats }: LocalServer): readonly string[] {
  if (chats !== undefined) return [];
  const has = models.length === 0 ? 'no model yet' : 'no model that can chat';
  const pull = provider === 'ollama' ? `; get one: ollama pull ${EXAMPLE_MODEL}` : '';
  return [`${name} at ${new URL(url).host} has ${has}${pull}`];
}

function isOpen(url: string, connectMs: number): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === 'https:' ? 443 : 80;
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port) || usual, timeout: connectMs });
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', end(true)).once('error', end(false));
    // Where this process was busy for longer, the answer may be there already; it is looked at before this.
    socket.once('timeout', () => setImmediate(end(false)));
  });
}

interface ListedModel {
  readonly id: string;
  readonly chats: boolean;
}

/** Ollama says more of its models in a list of its own. */
async function listModels(url: string, listMs: number): Promise<readonly ListedModel[] | undefined> {
  const signal = AbortSignal.timeout(listMs);
  const [own, usual] = await Promise.all([
    readJson(new URL('/api/tags', url).href, signal),
    readJson(`${url}/models`, signal),
  ]);
  return modelsIn(own, 'models', 'name') ?? modelsIn(usual, 'data', 'id');
}

async function readJson(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const answer = await fetch(withoutPerson(url), { signal, redirect: 'error', headers: personOf(url) });
    const text = answer.ok ? await shortText(answer) : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Nobody is there, or somebody else.
    return undefined;
  }
}

/** `fetch` takes no address with a name and a password in it; providers do, and send them in this way. */
function personOf(url: string): { readonly [header: string]: string } {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return {};
  const person = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(person).toString('base64')}` };
}

function withoutPerson(url: string): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
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
