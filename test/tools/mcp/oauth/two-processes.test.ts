import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MCP_LIMITS } from '../../../../src/tools/mcp/guarded-fetch.ts';
import { createMcpAuthorization } from '../../../../src/tools/mcp/oauth/create-mcp-authorization.ts';
import { createTokenStore } from '../../../../src/tools/mcp/oauth/token-store.ts';
import { willingPerson } from './browser.ts';
import { openGuardedServer } from './guarded-server.ts';
import { openRealIssuer } from './real-issuer.ts';

test('processes whose token is refused at once refresh once, and all go on', async () => {
  const server = await openGuardedServer();
  const issuer = await openRealIssuer(server.url);
  server.trust(issuer);
  const folder = await mkdtemp(join(tmpdir(), 'crew-logins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'tokens', 'mcp.json');
  const login = createMcpAuthorization({
    serverUrl: server.url,
    oauth: { flow: 'code' },
    store: createTokenStore(file, () => undefined),
    now: Date.now,
    limits: MCP_LIMITS,
    person: willingPerson(),
  });
  await login.logIn();
  server.forgetTokens();

  const from = (name: string) =>
    JSON.stringify(new URL(`../../../../src/tools/mcp/${name}`, import.meta.url).href);
  const script = `
    const { createMcpAuthorization } = await import(${from('oauth/create-mcp-authorization.ts')});
    const { createTokenStore } = await import(${from('oauth/token-store.ts')});
    const { fetch } = createMcpAuthorization({
      serverUrl: ${JSON.stringify(server.url)},
      oauth: { flow: 'code' },
      store: createTokenStore(${JSON.stringify(file)}, () => undefined),
      now: Date.now,
      limits: { maxBodyBytes: 100_000 },
    });
    const answer = await fetch(${JSON.stringify(server.url)}, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"look","arguments":{}}}',
    });
    console.log(answer.status);
  `;
  const run = async (): Promise<string> => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', piece => {
        text += String(piece);
      });
    }
    await new Promise(resolve => child.once('close', resolve));
    return text;
  };
  expect(await Promise.all([run(), run(), run()])).toEqual(['200\n', '200\n', '200\n']);
  const refreshes = issuer.requests.filter(
    ({ parameters }) => parameters.get('grant_type') === 'refresh_token',
  );
  expect(refreshes).toHaveLength(1);
});
