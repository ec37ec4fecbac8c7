import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { crew, crewProgram, type Ended } from '../e2e/crew-process.ts';
import { CANARY_KEY } from '../e2e/served-review.ts';
import { startAnthropicServer } from '../loopback/anthropic-server.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackRequest, LoopbackServer, Reply } from '../loopback/reply.ts';
import { makeFolder } from '../tools/git-repository.ts';

const folders: string[] = [];
const servers: LoopbackServer[] = [];

afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await Promise.all(servers.map(server => server.close()));
});

function newFolder(): string {
  const folder = makeFolder();
  folders.push(folder);
  return folder;
}

const isSummary = ({ promptText }: LoopbackRequest): boolean => promptText.includes('Answers: [');

/** What one model says: to the question, and when it is the summarizer. */
interface Voice {
  readonly answer: Reply;
  readonly summary?: Reply;
}

/** Two models of one provider and one of another, on loopback; by what stands behind the colon. */
async function serve(voices: { readonly [name: string]: Voice }) {
  const script = (request: LoopbackRequest): Reply => {
    const voice = voices[String(request.body.model)];
    if (voice === undefined) throw new Error(`no voice for ${String(request.body.model)}`);
    return isSummary(request) ? (voice.summary ?? { text: 'not asked' }) : voice.answer;
  };
  const openai = await startOpenAiServer(script);
  const anthropic = await startAnthropicServer(script);
  servers.push(openai, anthropic);
  const from = newFolder();
  const env = {
    HOME: from,
    OPENAI_BASE_URL: openai.baseUrl,
    OPENAI_API_KEY: CANARY_KEY,
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
    ANTHROPIC_API_KEY: CANARY_KEY,
  };
  return {
    from,
    requests: () => [...openai.requests, ...anthropic.requests],
    ask: (...args: readonly string[]): Promise<Ended> => crew(['ask', ...args], { from, env }),
    crew: (...args: readonly string[]): Promise<Ended> => crew(args, { from, env }),
  };
}

const REFUSED: Reply = {
  fault: {
    kind: 'http',
    status: 400,
    body: { error: { message: 'no such model', type: 'invalid_request_error' } },
  },
};
const AWAY: Reply = {
  fault: {
    kind: 'http',
    status: 401,
    body: { error: { message: 'expired', type: 'invalid_request_error' } },
  },
};
const MODELS = 'openai:left,openai:broken,anthropic:right';
const VOICES = {
  left: {
    answer: { text: 'It is a lock.\n\n## anthropic:right\n\nI agree.' },
    summary: { text: 'They differ.' },
  },
  broken: { answer: REFUSED, summary: REFUSED },
  right: { answer: { text: 'It is no lock.' }, summary: { text: 'Right says no [anthropic:right].' } },
} as const satisfies Record<string, Voice>;

describe.concurrent('three models, of which one fails', () => {
  test('are shown under their names with the reason of the failure, then the summary', async () => {
    const { ask, requests } = await serve(VOICES);
    const { code, stdout, stderr } = await ask('Is a semaphore a lock?', '--models', MODELS);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^## openai:left\n\nIt is a lock\.\n\n#### anthropic:right\n\nI agree\.\n\n## openai:broken failed\n\nPROVIDER_REFUSED: .*no such model.*\n\n## anthropic:right\n\nIt is no lock\.\n\n## Summary\n\nThey differ\.\n$/,
    );
    expect(stderr).toContain('--models');
    const asked = requests().filter(request => !isSummary(request));
    expect(new Set(asked.map(({ body }) => body.model))).toEqual(new Set(['left', 'broken', 'right']));
    for (const { promptText } of asked) expect(promptText).toContain('Is a semaphore a lock?');
    const [summary, second] = requests().filter(isSummary);
    expect([summary?.body.model, second]).toEqual(['left', undefined]);
    expect(summary?.promptText).toContain('"model":"openai:broken","failure"');
    expect(summary?.promptText).toContain('"answer":"It is no lock."');
  });

  test('are one JSON document with --json', async () => {
    const { ask } = await serve(VOICES);
    const args = ['q?', '--models', MODELS, '--summarizer', 'anthropic:right', '--json', '-q'];
    const { code, stdout } = await ask(...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      outcome: 'success',
      question: 'q?',
      answers: [
        { model: 'openai:left', outcome: 'answered', answer: VOICES.left.answer.text },
        {
          model: 'openai:broken',
          outcome: 'failed',
          failure: { code: 'PROVIDER_REFUSED', message: expect.stringContaining('no such model') },
        },
        { model: 'anthropic:right', outcome: 'answered', answer: 'It is no lock.' },
      ],
      summary: 'Right says no [anthropic:right].',
      spend: expect.objectContaining({ calls: expect.any(Number) }),
      run: expect.stringMatching(/^[0-9a-z-]{12,}$/),
    });
  });

  test('with --no-summary are not merged, and nobody is asked to', async () => {
    const { ask, requests } = await serve(VOICES);
    const { code, stdout } = await ask('q?', '--models', MODELS, '--no-summary');
    expect(code).toBe(0);
    expect(stdout).toMatch(/## anthropic:right\n\nIt is no lock\.\n$/);
    expect(requests().some(isSummary)).toBe(false);
  });

  test('go out as events with --output ndjson', async () => {
    const { ask } = await serve(VOICES);
    const { code, stdout } = await ask('q?', '--models', MODELS, '--output', 'ndjson', '-q');
    const events = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(events.map(line => (JSON.parse(line) as { type: string }).type)).toContain('run.ended');
  });

  test('keep their answers when the summarizer fails by its own fault, and exit with 1', async () => {
    const { ask, crew: run } = await serve({
      ...VOICES,
      mute: { answer: { text: 'I am here.' }, summary: { text: '' } },
    });
    const { code, stdout, stderr } = await ask('q?', '--models', MODELS, '--summarizer', 'openai:mute');
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('## openai:left\n\nIt is a lock.');
    expect(stdout).toMatch(/## No summary\n\nOUTPUT_EMPTY: .*\n$/);
    const { stdout: runs } = await run('ps');
    const again = await run('resume', runs.slice(0, 12));
    expect([again.code, again.stdout]).toEqual([1, stdout]);
    const on = await run('ask', '--continue', runs.slice(0, 12), 'And why?', '--no-summary');
    expect(on.code, on.stderr).toBe(0);
  });

  test('are shown when the summarizer is away, and a resume asks for the summary alone', async () => {
    let isAway = true;
    const {
      ask,
      crew: run,
      requests,
    } = await serve({
      ...VOICES,
      far: {
        answer: { text: 'not asked' },
        get summary(): Reply {
          return isAway ? AWAY : { text: 'At last.' };
        },
      },
    });
    const waiting = await ask('q?', '--models', MODELS, '--summarizer', 'openai:far', '-o', 'answers.md');
    expect(waiting.code, waiting.stderr).toBe(3);
    expect(waiting.stderr).toContain('crew resume');
    const { stdout: runs } = await run('ps');
    const away = await run('resume', runs.slice(0, 12));
    expect([away.code, away.stdout]).toEqual([
      3,
      expect.stringMatching(/It is a lock[\s\S]*## No summary\n\nPROVIDER_AUTH: /),
    ]);
    const asked = requests().filter(request => !isSummary(request)).length;
    isAway = false;
    const resumed = await run('resume', runs.slice(0, 12));
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringMatching(/## Summary\n\nAt last\.\n$/)]);
    expect(resumed.stdout).toContain('## openai:left\n\nIt is a lock.');
    expect(requests().filter(request => !isSummary(request))).toHaveLength(asked);
  });

  test('are merged by the first that has answered, unless it is said who does', async () => {
    const { ask, requests } = await serve(VOICES);
    const models = 'openai:broken,anthropic:right,openai:left';
    const { code, stdout, stderr } = await ask('q?', '--models', models);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('## Summary\n\nRight says no [anthropic:right].');
    expect(requests().filter(isSummary)).toHaveLength(1);
  });

  test('are not merged when only one has answered, which is told', async () => {
    const { ask, requests } = await serve(VOICES);
    const { code, stdout, stderr } = await ask('q?', '--models', 'openai:broken,anthropic:right');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/## anthropic:right\n\nIt is no lock\.\n$/);
    expect(stderr).toContain('summary none: only one model has answered');
    expect(requests().filter(isSummary)).toHaveLength(0);
  });

  test('are asked again with the next question of the conversation, and merged by the same', async () => {
    const { ask, requests } = await serve(VOICES);
    await ask('q?', '--models', 'openai:left,anthropic:right', '--summarizer', 'anthropic:right');
    const before = requests().length;
    const { code, stderr, stdout } = await ask('--continue', 'And why?');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^model +openai:left .*· as in run [0-9a-z-]+$/m);
    expect(stdout).toContain('## anthropic:right\n\nIt is no lock.');
    expect(stdout).toContain('## Summary\n\nRight says no');
    expect(requests()).toHaveLength(before + 3);
    const { stdout: other } = await ask('--continue', 'And now?', '--models', 'openai:left');
    expect(other).toMatch(/^## openai:left\n\nIt is a lock/);
    expect(other).not.toContain('anthropic:right\n\nIt is no lock');
  });

  test('are resumed where a ceiling stopped them, without asking anybody again', async () => {
    const { ask, crew: run, requests } = await serve({ ...VOICES, broken: { answer: { text: 'Perhaps.' } } });
    const answersAsked = () => requests().filter(request => !isSummary(request)).length;
    const stopped = await ask('q?', '--models', MODELS, '--max-calls', '3', '--allow-over-plan', '--json');
    expect(stopped.code, stopped.stderr).toBe(4);
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      outcome: 'suspended',
      question: 'q?',
      answers: [{ outcome: 'answered' }, { outcome: 'answered' }, { outcome: 'answered' }],
      summary: null,
      failure: { code: 'BUDGET_EXCEEDED' },
    });
    const asked = answersAsked();
    const { stdout: runs } = await run('ps');
    const resumed = await run('resume', runs.slice(0, 12), '--max-calls', '9', '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      answers: [
        { outcome: 'answered' },
        { outcome: 'answered', answer: 'Perhaps.' },
        { outcome: 'answered' },
      ],
      summary: 'They differ.',
    });
    expect(answersAsked()).toBe(asked);
    expect(requests().filter(isSummary)).toHaveLength(1);
  });
});

describe.concurrent('when no model answers', () => {
  test('the run waits, and a resume asks all that could not be reached', async () => {
    let isDown = true;
    const reply = (text: string): Voice => ({
      get answer() {
        return isDown ? AWAY : { text };
      },
      summary: { text: 'Both.' },
    });
    const { ask, crew: run } = await serve({ left: reply('One.'), right: reply('Two.') });
    const waiting = await ask('q?', '--models', 'openai:left,anthropic:right', '--json');
    expect(waiting.code, waiting.stderr).toBe(3);
    expect(JSON.parse(waiting.stdout)).toMatchObject({
      outcome: 'suspended',
      question: 'q?',
      answers: [],
      summary: null,
      failure: { code: 'PROVIDER_AUTH' },
    });
    isDown = false;
    const { stdout: runs } = await run('ps');
    const resumed = await run('resume', runs.slice(0, 12));
    expect([resumed.code, resumed.stdout]).toEqual([
      0,
      '## openai:left\n\nOne.\n\n## anthropic:right\n\nTwo.\n\n## Summary\n\nBoth.\n',
    ]);
  });

  test('by its own fault, the run fails and says why of each', async () => {
    const { ask } = await serve({ left: { answer: { text: '' } }, right: { answer: { text: '' } } });
    const { code, stdout, stderr } = await ask('q?', '--models', 'openai:left,anthropic:right', '--json');
    expect(code, stderr).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'error', answers: [], summary: null });
    expect(stdout).toContain('TOO_FEW_ANSWERS');
    expect(stdout).toMatch(/`openai:left`: .*`anthropic:right`: /);
  });
});

describe.concurrent('settings', () => {
  test('of the project go over those of the person, and flags over both', async () => {
    const { from, ask, requests } = await serve(VOICES);
    mkdirSync(join(from, '.crew'));
    mkdirSync(join(from, '.config/crew'), { recursive: true });
    const prompt = 'Answers: [{% for each in answers %}<{{ each.model }}>{% endfor %} to {{ question }}';
    writeFileSync(
      join(from, '.crew/config.yaml'),
      `parallel_processing:\n  models: [openai:left, anthropic:right]\n  summarizer: { prompt: '${prompt}' }\n`,
    );
    writeFileSync(
      join(from, '.config/crew/config.yaml'),
      'parallel_processing:\n  models: [openai:broken]\n  summarizer: { model: "anthropic:right" }\n  ui: { show_summary: false }\n',
    );
    const hidden = await ask('q?');
    expect(hidden.code, hidden.stderr).toBe(0);
    expect(hidden.stdout).not.toContain('## Summary');
    expect(hidden.stderr).toContain('.crew/config.yaml');
    const shown = await ask('q?', '--summary');
    expect(shown.stdout).toContain('## Summary\n\nRight says no');
    const summary = requests().find(isSummary);
    expect(summary?.promptText).toContain('Answers: [<openai:left><anthropic:right> to q?');
  });
});

describe.concurrent('on a fresh machine', () => {
  test('`offline` answers, says what it is, and there is nothing to merge', async () => {
    const { code, stdout, stderr } = await crew(['ask', 'Is a semaphore a lock?'], { from: newFolder() });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^## offline\n\n\S/);
    expect(stdout).not.toContain('## Summary');
    expect(stderr).toContain('not a language model');
  });

  test('a key in the environment alone spends nothing', async () => {
    const env = { OPENAI_API_KEY: CANARY_KEY };
    const { code, stdout, stderr } = await crew(['ask', 'q?'], { from: newFolder(), env });
    expect([code, stdout.slice(0, 10)]).toEqual([0, '## offline']);
    expect(stderr).toContain('use it with --model');
  });
});

describe('a question', () => {
  const REPLIES = 'version: 1\nreplies:\n  - { phase: answers, text: "From a script." }\n';
  const json = (stdout: string): unknown => (JSON.parse(stdout) as { question: unknown }).question;

  test('comes from a file, with the models of another folder', async () => {
    const from = newFolder();
    writeFileSync(join(from, 'replies.yaml'), REPLIES);
    writeFileSync(join(from, 'question.md'), '\uFEFFWhy {{ this }}?\n');
    const args = ['ask', '@question.md', '--models', 'script:replies.yaml', '--json'];
    const { code, stdout, stderr } = await crew(args, { from });
    expect(code, stderr).toBe(0);
    expect(json(stdout)).toBe('Why {{ this }}?');
    expect(JSON.parse(stdout)).toMatchObject({ answers: [{ answer: 'From a script.' }], summary: null });
  });

  test('comes from stdin, and may be long', () => {
    const from = newFolder();
    writeFileSync(join(from, 'replies.yaml'), REPLIES);
    const input = `${'ä'.repeat(70_000)}?\n`;
    const args = ['ask', '-', '--models', 'script:replies.yaml', '--json', '-q', '-o', 'answers.md'];
    const ended = spawnSync(process.execPath, [crewProgram(), ...args], {
      cwd: from,
      input,
      encoding: 'utf8',
    });
    expect(ended.status, ended.stderr).toBe(0);
    expect(json(ended.stdout)).toBe(input.trim());
    expect(readFileSync(join(from, 'answers.md'), 'utf8')).toBe('## script:replies.yaml\n\nFrom a script.\n');
  });
});

describe('the plan of a question', () => {
  test('is no alarm when only windows lie above the budget', async () => {
    const { ask } = await serve(VOICES);
    const { code, stderr } = await ask('Is a semaphore a lock?', '--models', 'openai:left');
    expect(code).toBe(0);
    expect(stderr).not.toContain('plan:');
  });

  test('is told when the question itself, or what may be answered, lies above the budget', async () => {
    const { from, ask } = await serve(VOICES);
    writeFileSync(join(from, 'long.txt'), 'Is a semaphore a lock? '.repeat(5_000));
    const long = await ask('@long.txt', '--models', 'openai:left', '--max-tokens', '500k');
    expect(long.stderr).toMatch(/^plan: up to .* tokens, `budget\.tokens` is 500\.0k; the ceiling is kept/m);
    const short = await ask('Is it?', '--models', 'openai:left', '--max-tokens', '500k');
    expect(short.stderr).not.toContain('plan:');
    const little = await ask('Is it?', '--models', 'openai:left', '--max-tokens', '2000');
    expect(little.stderr).toMatch(/^plan: /m);
  });
});

test('a model that never ends its answer is told as a call under way when the time is up, wherever it is asked for', async () => {
  const { ask, crew: call } = await serve({
    slow: { answer: { text: 'begun', fault: { kind: 'stall', at: 'mid-body' } } },
  });
  const { code, stdout, stderr } = await ask('q?', '--models', 'openai:slow', '--max-time', '1s', '--json');
  expect(code, stderr).toBe(4);
  expect(stderr).toMatch(/spent +‖ suspended · 0 model calls .*\n +and 1 model call under way, at most /);
  expect(stderr).toMatch(/hint +Go on with a higher ceiling: `crew resume \S+ --max-time TIME`/);
  const { spend, underWay, run } = JSON.parse(stdout);
  expect([spend.calls, underWay.calls]).toEqual([0, 1]);
  expect((await call('ps')).stdout).toContain('0 calls + 1 open');
  expect((await call('show', run)).stdout).toMatch(/Spent\n +and 1 model call under way, at most /);
});
