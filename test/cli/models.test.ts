import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';

/** Answers as Ollama does on its path for OpenAI's wire format. */
function startOllama(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') {
      const data = [{ id: 'llama3.2:3b' }, { id: 'qwen3' }, { id: 7 }, null];
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data }));
    } else response.writeHead(404).end();
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('crew models', () => {
  let ollama: Server;
  let host = '';
  beforeAll(async () => {
    ollama = await startOllama();
    host = `127.0.0.1:${(ollama.address() as AddressInfo).port}`;
  });
  afterAll(() => ollama.close());

  test('lists what can be asked, what it costs and which key is missing', async () => {
    const { code, stdout } = await crew(['models'], {
      env: { OPENAI_API_KEY: 'sk-canary', OLLAMA_HOST: '127.0.0.1:1' },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/openai:gpt-5-mini +400k +0\.25 +0\.025 +2\.00 +ready/);
    expect(stdout).toMatch(/anthropic:claude-haiku-4-5 .*needs ANTHROPIC_API_KEY/);
    expect(stdout).toMatch(
      /prices of 2025-11-30.*\n {2}in of Anthropic has the 25 % surcharge of cache writes/,
    );
    expect(stdout).not.toContain('sk-canary');
  });

  test('finds a server of this machine with its models, and says how one is used', async () => {
    const { stdout } = await crew(['models'], { env: { OLLAMA_HOST: host } });
    expect(stdout).toContain(`Ollama at http://${host}/v1`);
    expect(stdout).toContain('ollama:qwen3');
    expect(stdout).toContain('use one: crew run FILE --model ollama:llama3.2:3b');
  });

  test('says what auto stands for', async () => {
    const chosen = await crew(['models', '--json'], {
      env: { CREW_MODEL: 'openai:qwen3', OLLAMA_HOST: host },
    });
    const { auto, local } = JSON.parse(chosen.stdout);
    expect(auto).toEqual({ use: 'openai:qwen3', reason: 'CREW_MODEL' });
    expect(local).toContainEqual({
      name: 'Ollama',
      provider: 'ollama',
      url: `http://${host}/v1`,
      models: ['llama3.2:3b', 'qwen3'],
      chats: 'llama3.2:3b',
    });
  });

  test('models that cannot chat are marked, and none of them is recommended', async () => {
    const listed = async (...names: readonly string[]): Promise<string> => {
      const body = JSON.stringify({ models: names.map(name => ({ name })) });
      const server = createServer((_, response) => response.end(body));
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { stdout } = await crew(['models'], { env: { OLLAMA_HOST: place } });
      server.close();
      return stdout;
    };
    const mixed = await listed('nomic-embed-text', 'qwen3');
    expect(mixed).toMatch(/^ +ollama:qwen3\n +ollama:nomic-embed-text +cannot chat\n/m);
    expect(mixed).toContain('use one: crew run FILE --model ollama:qwen3');
    const alone = await listed('nomic-embed-text');
    expect(alone).toMatch(/ollama:nomic-embed-text +cannot chat\n/);
    expect(alone).not.toContain('--model ollama:');
    expect(alone).toContain('has no model that can chat; get one: ollama pull ');
  });

  test('a server that says no list of models is none', async () => {
    const odd = createServer((_, response) => response.end('<html>'));
    await new Promise<void>(resolve => odd.listen(0, '127.0.0.1', resolve));
    const place = `127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const { stdout } = await crew(['models', '--json'], { env: { OLLAMA_HOST: place } });
    odd.close();
    expect(JSON.parse(stdout).local.map(({ url }: { url: string }) => url)).not.toContain(
      `http://${place}/v1`,
    );
  });
});
