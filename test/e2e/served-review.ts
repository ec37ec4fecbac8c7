import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAnthropicServer } from '../loopback/anthropic-server.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer, ReplyScript } from '../loopback/reply.ts';
import type { CrewCall } from './crew-process.ts';

/** The key that the product is given; it must never be seen anywhere. */
export const CANARY_KEY = 'sk-canary-7f3a9c1b5d2e';

export type Provider = 'openai' | 'anthropic';
export const PROVIDERS: readonly Provider[] = ['openai', 'anthropic'];

/** A loopback server, and how the product is told of it. */
export interface Served {
  readonly server: LoopbackServer;
  readonly model: string;
  readonly env: NonNullable<CrewCall['env']>;
}

/** Serves a script as a provider does. */
export async function serve(provider: Provider, script: ReplyScript): Promise<Served> {
  if (provider === 'openai') {
    const server = await startOpenAiServer(script);
    const env = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: CANARY_KEY };
    return { server, model: 'openai:test', env };
  }
  const server = await startAnthropicServer(script);
  const env = { ANTHROPIC_BASE_URL: server.baseUrl, ANTHROPIC_API_KEY: CANARY_KEY };
  return { server, model: 'anthropic:test', env };
}

/** The files of a folder that hold a text, looked through byte by byte. */
export function filesWith(folder: string, text: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return files
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => readFileSync(path).includes(text));
}
