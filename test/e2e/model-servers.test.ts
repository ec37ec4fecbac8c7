import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Review } from '../../src/model/review.ts';
import type { Fault, LoopbackRequest, LoopbackServer, Reply, ReplyScript } from '../loopback/reply.ts';
import { makeFolder, type TestRepository } from '../tools/git-repository.ts';
import { crew, type Ended, reviewCrew } from './crew-process.ts';
import { makePlantedRepository } from './planted-repository.ts';
import { callKey, MUTE_REASON, placeOf, reviewScript } from './review-script.ts';
import { CANARY_KEY, filesWith, PROVIDERS, type Provider, type Served, serve } from './served-review.ts';

let repository: TestRepository;
const folders: string[] = [];
const servers: LoopbackServer[] = [];

beforeAll(() => {
  repository = makePlantedRepository();
});

afterAll(async () => {
  repository.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await Promise.all(servers.map(server => server.close()));
});

interface Reviewed extends Ended {
  readonly served: Served;
  readonly stateDir: string;
}

/** Reviews the planted change with a scripted provider, and makes sure of what must hold however it ends. */
async function review(
  provider: Provider,
  script: ReplyScript,
  args: readonly string[] = ['--format', 'json'],
): Promise<Reviewed> {
  const served = await serve(provider, script);
  servers.push(served.server);
  const stateDir = makeFolder();
  folders.push(stateDir);
  const command = ['run', reviewCrew(), '--model', served.model, '--state-dir', stateDir, ...args];
  const ended = await crew(command, { from: repository.path, env: { ...served.env, TMPDIR: stateDir } });
  expectNoTrace(ended, stateDir);
  return { ...ended, served, stateDir };
}

async function resume({ served, stateDir }: Reviewed, ...args: readonly string[]): Promise<Ended> {
  const call = { from: repository.path, env: { ...served.env, TMPDIR: stateDir } };
  const { stdout } = await crew(['ps', '--state-dir', stateDir], call);
  return crew(['resume', stdout.slice(0, 12), '--state-dir', stateDir, ...args], call);
}

/** No stack trace, no crash, and the key nowhere: not on the screen, not in the journal, not in a report. */
function expectNoTrace({ stdout, stderr, code }: Ended, stateDir: string): void {
  expect(code).not.toBe(70);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(stdout + stderr).not.toContain(CANARY_KEY);
  expect(filesWith(stateDir, CANARY_KEY)).toEqual([]);
}

const only =
  (role: string, turn: number, reply: (request: LoopbackRequest) => Reply): ReplyScript =>
  (request, index) => {
    const place = placeOf(request);
    return place.role === role && place.turn === turn ? reply(request) : reviewScript(request, index);
  };

const fault =
  (given: Fault): ReplyScript =>
  () => ({ fault: given });

describe.concurrent.each(PROVIDERS)('the code review by %s', provider => {
  test('takes findings from models and tools, mutes with a reason, merges, drops what is outside', async () => {
    const reviewed = await review(provider, reviewScript, ['--json']);
    const { code, stdout, stderr, served } = reviewed;
    expect(code, stderr).toBe(0);
    const { result, spend } = JSON.parse(stdout) as {
      readonly result: Review;
      readonly spend: { readonly calls: number; readonly usage: { readonly inputTokens: number } };
    };
    const at = (path: string, line: number) =>
      result.findings.filter(finding => finding.path === path && finding.range[0] === line);
    expect(result.summary.what).toBe('Reads orders of a customer and reports on them.');
    const sql = at('src/orders.ts', 8).flatMap(({ source }) => source);
    expect(sql).toContain('ast-grep:sql-from-input');
    expect(sql).toContain('agent:security_reviewer');
    expect(at('src/orders.ts', 6)).toEqual([]);
    expect(result.dropped.outsideDiff).toBe(1);
    expect(at('src/orders.ts', 14).map(({ title }) => title)).toHaveLength(1);
    expect(at('src/orders.ts', 14)[0]?.source).toEqual(
      expect.arrayContaining(['ast-grep:swallowed-error', 'agent:correctness_reviewer']),
    );
    expect(at('tools/report.py', 10).map(({ muted }) => muted)).toEqual([MUTE_REASON]);
    expect(spend.calls).toBe(served.server.requests.length);
    expect(spend.usage.inputTokens).toBe(10 * spend.calls);
    expect(served.server.requests.every(({ streamed }) => streamed)).toBe(true);
    expect(new Set(served.server.requests.map(callKey)).size).toBe(spend.calls);
    expect(stderr).toMatch(/inspect\.correctness .*mended/);
    expect(stderr).toMatch(/inspect\.tests .*does not fit/);
    const { results } = JSON.parse((await resume(reviewed, '--format', 'sarif')).stdout).runs[0];
    const reasons = results.flatMap(
      (each: { readonly suppressions?: { readonly justification: string }[] }) =>
        (each.suppressions ?? []).map(({ justification }) => justification),
    );
    expect(reasons).toEqual([MUTE_REASON]);
  });

  test('ends with OUTPUT_TRUNCATED when the answer is cut off at every attempt', async () => {
    const { code, stdout, stderr } = await review(provider, (request, index) =>
      placeOf(request).role === 'judge'
        ? { text: '{"summary": {"what": "half a', finish: 'length' }
        : reviewScript(request, index),
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('OUTPUT_TRUNCATED');
    expect(stderr).toContain('Raise `max_tokens`');
  });

  test('ends with OUTPUT_INVALID when no attempt fits the schema', async () => {
    const { code, stdout, stderr, served } = await review(provider, (request, index) =>
      placeOf(request).role === 'judge' ? { text: 'I would rather not.' } : reviewScript(request, index),
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('OUTPUT_INVALID');
    expect(served.server.requests.filter(request => placeOf(request).role === 'judge')).toHaveLength(3);
  });

  test('goes on when a model calls tools that are not there, with broken or wrong arguments', async () => {
    const odd = only('design', 0, () => ({
      toolCalls: [
        { tool: 'shell_run', args: { command: 'rm -rf /' } },
        { tool: 'files.read', rawArgs: '{"path": "src/ord' },
        { tool: 'files.read', args: { path: '../../../etc/passwd' } },
        { tool: 'files.read', args: { path: 7 } },
      ],
    }));
    const { code, served, stderr } = await review(provider, odd);
    expect(code, stderr).toBe(0);
    const answered = served.server.requests.find(request => {
      const { role, turn } = placeOf(request);
      return role === 'design' && turn === 1;
    });
    expect(answered?.promptText).toContain('there is no tool');
    expect(answered?.promptText).toContain('the arguments are not a JSON object');
    expect(answered?.promptText).toContain('`/path` must be string');
    expect(answered?.promptText).toContain('OUTSIDE_WORKSPACE');
    expect(answered?.promptText).not.toContain('root:');
  });

  test('waits as it is told after a 429 and asks again', async () => {
    let refused = 0;
    const { code, stderr } = await review(provider, (request, index) => {
      if (placeOf(request).role !== 'judge' || refused > 0) return reviewScript(request, index);
      refused += 1;
      const body = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } };
      return { fault: { kind: 'http', status: 429, headers: { 'retry-after': '1' }, body } };
    });
    expect([code, refused], stderr).toEqual([0, 1]);
    expect(stderr).toContain('PROVIDER_RATE_LIMITED');
  });

  test('suspends after 500s, and a resume asks only what was not answered', async () => {
    let broken = true;
    const script: ReplyScript = (request, index) =>
      broken && placeOf(request).role === 'judge'
        ? { fault: { kind: 'http', status: 500, body: { error: { type: 'server_error', message: 'oops' } } } }
        : reviewScript(request, index);
    const first = await review(provider, script);
    expect([first.code, first.stdout]).toEqual([3, '']);
    expect(first.stderr).toMatch(/resume +crew resume [0-9a-f]{12}/);
    const before = first.served.server.requests.length;
    broken = false;
    const second = await resume(first, '--format', 'json');
    expect(second.code, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout).summary.what).toContain('Reads orders');
    const asked = first.served.server.requests.slice(before);
    expect(asked.map(request => placeOf(request).role)).toEqual(['judge']);
    expectNoTrace(second, first.stateDir);
  });

  test('exits with 3 after a 401 whose body repeats the key', async () => {
    const body = {
      type: 'error',
      error: {
        type: 'authentication_error',
        code: 'invalid_api_key',
        message: `Incorrect API key provided: ${CANARY_KEY}.`,
      },
    };
    const { code, stdout, stderr } = await review(provider, fault({ kind: 'http', status: 401, body }));
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('PROVIDER_AUTH');
    expect(stderr).toContain('[API key]');
  });

  test('exits with 3 after a web page instead of an answer', async () => {
    const page = { kind: 'raw', body: `<html><body>Sign in ${CANARY_KEY}</body></html>` } as const;
    const { code, stdout, stderr } = await review(
      provider,
      fault({ ...page, headers: { 'content-type': 'text/html' } }),
    );
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('PROVIDER_PROTOCOL');
  });

  test.each([['cut'], ['reset']] as const)('asks again after a stream that ends early (%s)', async kind => {
    let cuts = 0;
    const { code, stderr } = await review(provider, (request, index) => {
      const reply = reviewScript(request, index) as Reply;
      if (placeOf(request).role !== 'judge' || cuts > 0) return reply;
      cuts += 1;
      return { ...reply, fault: { kind } };
    });
    expect([code, cuts], stderr).toEqual([0, 1]);
  });
});

test('both providers lead to the same review', async () => {
  const reviews = await Promise.all(PROVIDERS.map(provider => review(provider, reviewScript)));
  expect(reviews[0]?.stdout).toBe(reviews[1]?.stdout);
});

test('text of a model cannot move the cursor, set the title or write to the clipboard', async () => {
  const hostile = '\u001b]52;c;b3duZWQ=\u0007\u001b[2J\u009b31m\u001b]0;owned\u0007\rcrew    \u202eevil';
  const { stdout, stderr } = await review(
    'openai',
    only('security', 1, () => ({
      json: {
        findings: [
          {
            path: 'src/orders.ts',
            range: [8, 8],
            severity: 'critical',
            category: 'security',
            title: hostile,
            why: hostile,
            confidence: 1,
          },
        ],
      },
    })),
    ['--verbose'],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
});
