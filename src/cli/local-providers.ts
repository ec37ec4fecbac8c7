import { isLoopbackHost } from '../model/loopback-host.ts';

type Environment = { readonly [name: string]: string | undefined };

/** A program that serves models on this machine, in the wire format of OpenAI. */
interface LocalProvider {
  readonly name: string;
  readonly url: (env: Environment) => string;
}

/** By what stands before the colon of `ollama:NAME`; the addresses are those where each listens unless it is told otherwise. */
export const LOCAL_PROVIDERS: { readonly [provider: string]: LocalProvider } = {
  ollama: { name: 'Ollama', url: env => ollamaUrl(env.OLLAMA_HOST) },
  lmstudio: { name: 'LM Studio', url: () => 'http://127.0.0.1:1234/v1' },
  llamacpp: { name: 'llama.cpp', url: () => 'http://127.0.0.1:8080/v1' },
  vllm: { name: 'vLLM', url: () => 'http://127.0.0.1:8000/v1' },
};

/** Whether `OLLAMA_HOST` is an address; where it is none, the usual one counts. Pure. */
export function isOllamaAddress(text: string): boolean {
  return URL.canParse(ollamaAddress(text));
}

function ollamaAddress(text: string): string {
  if (/^https?:\/\//.test(text)) return text;
  return `http://${text.startsWith(':') ? '127.0.0.1' : ''}${text}`;
}

/** Where a local provider is reached; undefined for all others. Pure. */
export function localUrl(provider: string, env: Environment): string | undefined {
  return Object.hasOwn(LOCAL_PROVIDERS, provider) ? LOCAL_PROVIDERS[provider]?.url(env) : undefined;
}

/** Whether a URL points to this machine. Pure. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}

/** `OLLAMA_HOST` is a URL, a host, a port behind a colon, or a host and a port; a server that listens everywhere is asked here. */
function ollamaUrl(text = ''): string {
  const usual = 'http://127.0.0.1:11434/v1';
  if (text === '') return usual;
  const withScheme = ollamaAddress(text);
  if (!URL.canParse(withScheme)) return usual;
  const url = new URL(withScheme);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  if (url.port === '' && url.protocol === 'http:') url.port = '11434';
  return `${url.origin}/v1`;
}
