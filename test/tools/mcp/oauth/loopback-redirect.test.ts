import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loopbackPerson } from '../../../../src/tools/mcp/oauth/loopback-redirect.ts';
import { pastingPerson } from '../../../../src/tools/mcp/oauth/pasted-redirect.ts';
import { failureOf } from '../../tool-call.ts';

async function openReturn(timeoutMs = 20_000) {
  const shown: string[] = [];
  const redirection = await loopbackPerson({ timeoutMs, show: url => shown.push(url) }).open(undefined);
  onTestFinished(() => redirection.close());
  return { shown, ...redirection };
}

test('the answer with the right state is taken, and nothing of it is on the page', async () => {
  const { redirectUri, authorize, shown } = await openReturn();
  expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  const returned = authorize('https://login.example/x', 'right');
  const page = await fetch(`${redirectUri}?code=secret-code&state=right&iss=a`);
  expect(shown).toEqual(['https://login.example/x']);
  expect(Object.fromEntries(await returned)).toEqual({ code: 'secret-code', state: 'right', iss: 'a' });
  expect([page.status, page.headers.get('referrer-policy')]).toEqual([200, 'no-referrer']);
  expect(await page.text()).not.toContain('secret-code');
});

test('what others send is refused, and the wait goes on', async () => {
  const { redirectUri, authorize } = await openReturn();
  const returned = authorize('https://login.example/x', 'right');
  const { origin } = new URL(redirectUri);
  const strangers: readonly (readonly [string, RequestInit?])[] = [
    [`${redirectUri}?code=theirs&state=wrong`],
    [`${redirectUri}?code=theirs`],
    [`${redirectUri}?error=access_denied&state=`],
    [`${origin}/other?code=theirs&state=right`],
    [`${origin}/callback/?code=theirs&state=right`],
    [`${redirectUri}?code=theirs&state=right`, { method: 'POST' }],
  ];
  for (const [url, init] of strangers) {
    const page = await fetch(url, init);
    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain('theirs');
  }
  // A page of a name that an attacker has pointed at this machine.
  const port = Number(new URL(redirectUri).port);
  const { request } = await import('node:http');
  const status = await new Promise(resolve => {
    const headers = { host: 'evil.example' };
    request({ host: '127.0.0.1', port, path: '/callback?code=theirs&state=right', headers }, answer => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(400);
  await fetch(`${redirectUri}?code=ours&state=right`);
  expect((await returned).get('code')).toBe('ours');
});

test('nobody is waited for without end', async () => {
  const { authorize } = await openReturn(1);
  expect(await failureOf(authorize('https://login.example/x', 's'))).toMatchObject({
    code: 'MCP_LOGIN_FAILED',
  });
});

test('the registered port is taken again, another one when it is in use, and an agreed one or none', async () => {
  const first = await openReturn();
  const again = await loopbackPerson({ timeoutMs: 1000, show: () => undefined }).open(first.redirectUri);
  expect(again.redirectUri).not.toBe(first.redirectUri);
  await again.close();
  const taken = createServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const open = loopbackPerson({ timeoutMs: 1000, port, show: () => undefined }).open(undefined);
  expect(await failureOf(open)).toMatchObject({ code: 'MCP_LOGIN_FAILED' });
  const later = await loopbackPerson({ timeoutMs: 1000, show: () => undefined }).open(again.redirectUri);
  expect(later.redirectUri).toBe(again.redirectUri);
  await later.close();
});

test('a pasted address must be the one that was agreed', async () => {
  const paste = async (text: string | undefined) => {
    const person = pastingPerson({ port: 5000, show: () => undefined, paste: async () => text });
    const { authorize, redirectUri } = await person.open(undefined);
    expect(redirectUri).toBe('http://127.0.0.1:5000/callback');
    return authorize('https://login.example/x', 's');
  };
  const good = await paste('  http://127.0.0.1:5000/callback?code=c&state=s \n');
  expect(good.get('code')).toBe('c');
  for (const text of [
    undefined,
    '',
    'code=c&state=s',
    'http://127.0.0.1:5001/callback?code=c',
    'https://evil.example/callback?code=c',
  ]) {
    const failure = await failureOf(paste(text));
    expect(failure).toMatchObject({ code: 'MCP_LOGIN_FAILED' });
    if (text) expect(failure.message).not.toContain(text);
  }
});
