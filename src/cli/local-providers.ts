import { isLoopbackHost } from '../model/loopback-host.ts';
import { ollamaAddress } from '../model/ollama-address.ts';

type Environment = { readonly [name: string]: string | undefined };

/** A program that serves models on this machine, in the wire format of OpenAI. */
interface LocalProvider {
  readonly name: string;
  readonly url: (env: Environment) => string;
}

/** By what stands before the colon of `ollama:NAME`; the addresses are those where each listens unless it is told otherwise. */
export const LOCAL_PROVIDERS: { readonly [provider: string]: LocalProvider } = {
  ollama: { name: 'Ollama', url: env => `${ollamaAddress(env.OLLAMA_HOST).origin}/v1` },
  lmstudio: { name: 'LM Studio', url: () => 'http://127.0.0.1:1234/v1' },
  llamacpp: { name: 'llama.cpp', url: () => 'http://127.0.0.1:8080/v1' },
  vllm: { name: 'vLLM', url: () => 'http://127.0.0.1:8000/v1' },
};

/** Where a local provider is reached; undefined for all others. Pure. */
export function localUrl(provider: string, env: Environment): string | undefined {
  return Object.hasOwn(LOCAL_PROVIDERS, provider) ? LOCAL_PROVIDERS[provider]?.url(env) : undefined;
}

/** Whether a URL points to this machine. Pure. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
