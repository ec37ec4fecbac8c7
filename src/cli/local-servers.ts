import { isLoopbackHost } from '../model/loopback-host.ts';
import type { Terminal } from './command.ts';

/** A model server of this machine that speaks the wire format of OpenAI, and its models. */
export interface LocalServer {
  readonly name: string;
  /** What `OPENAI_BASE_URL` must be to reach it. */
  readonly url: string;
  readonly models: readonly string[];
}

const LOOK_MS = 500;
const LONGEST_LIST = 1_000_000;
/** Where these programs listen unless they are told otherwise. */
const USUAL_PLACES = [
  { name: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', url: 'http://127.0.0.1:8000/v1' },
] as const;

/**
 * Looks for model servers on this machine: where `OPENAI_BASE_URL` points, if that is this machine, where `OLLAMA_HOST` or
 * Ollama's usual port is, and at the usual ports of others. At most half a second; what gives no list of models is no server.
 */
export async function findLocalServers(env: Terminal['env']): Promise<readonly LocalServer[]> {
  const own = env.OPENAI_BASE_URL;
  const places = [
    ...(own && isLoopback(own) ? [{ name: 'OPENAI_BASE_URL', url: own.replace(/\/$/, '') }] : []),
    { name: 'Ollama', url: ollamaUrl(env.OLLAMA_HOST) },
    ...USUAL_PLACES,
  ];
  const distinct = places.filter(({ url }, index) => places.findIndex(each => each.url === url) === index);
  const found = await Promise.all(
    distinct
      .filter(({ url }) => isLoopback(url))
      .map(async place => {
        const models = await listModels(place.url);
        return models === undefined ? [] : [{ ...place, models }];
      }),
  );
  return found.flat();
}

/** Whether a URL points to this machine. Pure. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}

/** `OLLAMA_HOST` is a URL, a host, or a host and a port; a server that listens everywhere is asked here. */
function ollamaUrl(text = ''): string {
  const usual = 'http://127.0.0.1:11434/v1';
  if (text === '') return usual;
  const withScheme = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return usual;
  const url = new URL(withScheme);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  return `${url.origin}/v1`;
}

async function listModels(url: string): Promise<readonly string[] | undefined> {
  try {
    const signal = AbortSignal.timeout(LOOK_MS);
    const answer = await fetch(`${url}/models`, { signal, redirect: 'error' });
    const text = answer.ok ? await shortText(answer) : undefined;
    return text === undefined ? undefined : modelsIn(JSON.parse(text));
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

function modelsIn(list: unknown): readonly string[] | undefined {
  const data: unknown = (list as { readonly data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((row: unknown) => {
    const id = (row as { readonly id?: unknown } | null)?.id;
    return typeof id === 'string' && id !== '' ? [id] : [];
  });
}
