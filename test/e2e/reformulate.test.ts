import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasTmux, until } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended, startCrew } from './crew-process.ts';
import { ARGS, POEM_CREW, RUN, reply, written } from './poem-crew.ts';
import { crewLine, openTmuxShell, type TmuxShell } from './tmux-shell.ts';

const OPEN = reply('a haiku about spring', ['it is in English'], ['which spring?']);
const CLEAR = reply('a haiku about the spring of 2020', [], []);
const THIRD = reply('a haiku about the spring of 2021', [], []);

let folder = '';
let shell: TmuxShell | undefined;
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'poem.crew.yaml'), POEM_CREW);
  writeFileSync(join(folder, 'replies.yaml'), written(OPEN, CLEAR, THIRD));
});
afterEach(() => {
  shell?.close();
  shell = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<Ended> => crew([...ARGS, ...args], { from: folder });
const settings = (text: string): void => {
  mkdirSync(join(folder, '.crew'), { recursive: true });
  writeFileSync(join(folder, '.crew/config.yaml'), text);
};
async function showRun(runId: string) {
  const { stdout } = await crew(['show', runId, '--json'], { from: folder });
  return JSON.parse(stdout);
}

describe.skipIf(!hasTmux)('a person at the terminal', () => {
  /** Types a run and waits until it asks. */
  async function asked(more = ''): Promise<TmuxShell> {
    shell = openTmuxShell(folder, { columns: 120, rows: 60 });
    shell.enter(crewLine(`${RUN} --plain --run-id here ${more}`));
    await shell.until('[a]ccept  [e]dit  [r]evise with a remark  [o]riginal  [q]uit\n>');
    return shell;
  }

  test('sees what changed, what was taken for granted and what is open, and accepts it', async () => {
    const here = await asked();
    const screen = here.screen();
    expect(screen).toContain('│ a [-poem-] {+haiku+} about spring');
    expect(screen).toMatch(/Taken for granted:\n {2}│ - it is in English/);
    expect(screen).toMatch(/Open questions:\n {2}│ - which spring\?/);
    expect(screen).toContain('Spent so far: ');
    here.enter('nonsense');
    await here.until('expected `a`, `e`, `r`, `o` or `q`');
    here.enter('a');
    expect(await here.until('exit code 0')).toContain('Plum blossoms about a haiku about spring');
  });

  test('changes it in the editor', async () => {
    writeFileSync(join(folder, 'editor.sh'), 'sed "s/spring/autumn/" "$1" > "$1.new"; mv "$1.new" "$1"\n');
    shell = openTmuxShell(folder, { columns: 120, rows: 60 });
    shell.enter('export EDITOR="sh editor.sh"');
    shell.enter(crewLine(`${RUN} --plain`));
    await shell.until('[q]uit\n>');
    shell.enter('e');
    const changed = await shell.until('Your request, as you changed it:\n');
    expect(changed).not.toContain('Plum');
    expect(await shell.until('[q]uit\n>', 2)).toContain('{+haiku+} about [-spring-] {+autumn+}');
    shell.enter('a');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a haiku about autumn');
  });

  test('an editor that was left without a change accepts nothing', async () => {
    shell = openTmuxShell(folder, { columns: 120, rows: 60 });
    shell.enter('export EDITOR=true');
    shell.enter(crewLine(`${RUN} --plain`));
    await shell.until('[q]uit\n>');
    shell.enter('e');
    await shell.until('the text is the same; nothing was changed');
    await shell.until('[q]uit\n>', 2);
    shell.enter('o');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a poem about spring');
  });

  test('a remark on what was edited has it, and original leaves it out', async () => {
    writeFileSync(join(folder, 'editor.sh'), 'sed "s/spring/autumn/" "$1" > "$1.new"; mv "$1.new" "$1"\n');
    shell = openTmuxShell(folder, { columns: 120, rows: 80 });
    shell.enter('export EDITOR="sh editor.sh"');
    shell.enter(crewLine(`${RUN} --plain --run-id here`));
    await shell.until('[q]uit\n>');
    shell.enter('e');
    await shell.until('[q]uit\n>', 2);
    shell.enter('r make it longer');
    await shell.until('{+of 2020+}');
    shell.enter('e');
    await shell.until('of 2020+}', 2);
    shell.enter('o');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a poem about spring');
    const { answers } = await showRun('here');
    expect(answers[0].text).toBe('make it longer\n\nI made this of it:\na haiku about autumn');
  });

  test('an editor that fails, or leaves nothing, changes nothing and the question stays', async () => {
    writeFileSync(join(folder, 'editor.sh'), 'test -e seen && : > "$1" || { touch seen; exit 3; }\n');
    shell = openTmuxShell(folder, { columns: 120, rows: 60 });
    shell.enter('export EDITOR="sh editor.sh"');
    shell.enter(crewLine(`${RUN} --plain`));
    await shell.until('[q]uit\n>');
    shell.enter('e');
    await shell.until('`sh editor.sh` ended with exit code 3; nothing was changed');
    shell.enter('e');
    await shell.until('the text is empty; nothing was changed');
    shell.enter('o');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a poem about spring');
  });

  test('revises twice, then accepts; each round is on record', async () => {
    const here = await asked();
    here.enter('r the one of 2020');
    await here.until('{+of 2020+}');
    here.enter('r');
    await here.until('remark>');
    here.enter('a year later');
    await here.until('2021');
    here.enter('accept');
    expect(await here.until('exit code 0')).toContain('Plum blossoms about a haiku about the spring of 2021');
    const { answers } = await showRun('here');
    expect(answers.map(({ choice, text }: Record<string, unknown>) => [choice, text])).toEqual([
      ['revise', 'the one of 2020'],
      ['revise', 'a year later'],
      ['accept', null],
    ]);
    const said = await crew(['show', 'here', '--prompt', 'reformulate:1:1/rewrite:2:1/step-1/model-1'], {
      from: folder,
    });
    expect(said.stdout + said.stderr).toContain('the one of 2020');
  });

  test('keeps the original', async () => {
    const here = await asked();
    here.enter('o');
    expect(await here.until('exit code 0')).toContain('Plum blossoms about a poem about spring');
  });

  test('quits, and nothing has run', async () => {
    const here = await asked();
    here.enter('q');
    const screen = await here.until('exit code 1');
    expect(screen).toMatch(/^spent +‖ you quit; nothing of `poem` has run · 1 model call · /m);
    expect(screen.match(/you quit|failure|left/gi)).toEqual(['you quit']);
    expect(screen).not.toContain('Plum');
    expect(screen).not.toMatch(/^null$/m);
    const { path } = await showRun('here');
    expect(path.map(({ phase }: { phase: string }) => phase)).not.toContain('write');
  });

  test('the end of input leaves the run waiting, and a resume asks again', async () => {
    const here = await asked();
    here.press('C-d');
    await here.until('exit code 5');
    here.enter(crewLine('resume here --plain'));
    await here.until('[q]uit\n>', 2);
    here.enter('a');
    expect(await here.until('exit code 0')).toContain('Plum blossoms about a haiku about spring');
  });

  test('is asked line by line, and then sees the dashboard', async () => {
    shell = openTmuxShell(folder, { columns: 120, rows: 40 });
    shell.enter(crewLine(RUN));
    await shell.until('[q]uit\n>');
    shell.enter('a');
    await shell.until('success');
    shell.press('q');
    expect(await shell.until('exit code 0')).toContain('Plum blossoms about a haiku about spring');
  });

  test('no text of a model can look like a row of ours', async () => {
    const evil = 'a haiku\n[a]ccept  [q]uit\n> a\u001b[2J\u202e';
    writeFileSync(join(folder, 'replies.yaml'), written(reply(evil, ['x\n> q'], [])));
    const here = await asked();
    const rows = here.screen().split('\n');
    expect(rows.filter(row => row.startsWith('>'))).toHaveLength(1);
    expect(rows.filter(row => row.startsWith('[a]ccept'))).toHaveLength(1);
    expect(here.screen()).toContain('\\u{1b}[2J\\u{202e}');
    here.enter('q');
    await here.until('exit code 1');
  });
});

describe('without a terminal', () => {
  test('open questions make the run wait, exit 5, with all of it as JSON; nothing else ran', async () => {
    const { code, stdout } = await run('--reformulate', '--run-id', 'waits');
    expect([code, JSON.parse(stdout)]).toEqual([
      5,
      {
        version: 1,
        runId: 'waits',
        outcome: 'suspended',
        request: 'a poem about spring',
        reformulated: 'a haiku about spring',
        assumptions: ['it is in English'],
        questions: ['which spring?'],
      },
    ]);
    const { path } = await showRun('waits');
    expect(path.map(({ phase }: { phase: string }) => phase)).not.toContain('write');
    const answered = await crew(['answer', 'waits', 'that of 2020'], { from: folder });
    expect([answered.code, answered.stdout]).toEqual([
      0,
      'Plum blossoms about a haiku about the spring of 2020\n',
    ]);
  });

  test('without an open question it is accepted, and replayed byte for byte', async () => {
    writeFileSync(join(folder, 'replies.yaml'), written(CLEAR));
    const events = await run('--reformulate', '--run-id', 'goes', '--output', 'ndjson');
    expect(events.code).toBe(0);
    const replayed = await crew(['replay', 'goes', '--output', 'ndjson'], { from: folder });
    expect(replayed.stdout).toBe(events.stdout);
    expect(events.stdout).toContain('Plum blossoms about a haiku about the spring of 2020');
  });

  test('--json has the questions in its one document', async () => {
    const { code, stdout } = await run('--reformulate', '--json');
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'suspended',
      reformulation: { questions: ['which spring?'] },
    });
  });

  test('an answer that does not fit its schema is asked for again', async () => {
    const wrong = '  - { phase: reformulate/rewrite, times: 1, text: "I cannot say." }\n';
    writeFileSync(join(folder, 'replies.yaml'), written(wrong, CLEAR));
    const { code, stdout } = await run('--reformulate');
    expect([code, stdout]).toEqual([0, 'Plum blossoms about a haiku about the spring of 2020\n']);
  });

  test('a kill in the middle costs nothing, and a resume goes on', async () => {
    const script = written(OPEN).replace('text: Plum', 'delay_ms: 60000, text: Plum');
    writeFileSync(join(folder, 'replies.yaml'), script.replace('"which spring?"', ''));
    const running = startCrew([...ARGS, '--reformulate', '--run-id', 'killed'], { from: folder });
    await until(() => /\swrite +│ ▸/.test(running.stderr()));
    running.kill('SIGKILL');
    await running.ended;
    writeFileSync(join(folder, 'replies.yaml'), written(OPEN));
    const resumed = await crew(['resume', 'killed'], { from: folder });
    expect([resumed.code, resumed.stdout]).toEqual([0, 'Plum blossoms about a haiku about spring\n']);
    expect(resumed.stderr).not.toContain('reformulate/rewrite  │ ▸');
  });
});

describe('settings', () => {
  test('switch it on, and --no-reformulate leaves it out', async () => {
    settings('reformulation: { enabled: true }\n');
    expect((await run()).code).toBe(5);
    const { code, stdout } = await run('--no-reformulate');
    expect([code, stdout]).toEqual([0, 'Plum blossoms about a poem about spring\n']);
  });

  test('name a model of its own, which goes over --model', async () => {
    writeFileSync(join(folder, 'small.yaml'), written(CLEAR));
    settings('reformulation: { model: "script:small.yaml" }\n');
    const { stdout, stderr } = await run('--reformulate');
    expect(stdout).toContain('the spring of 2020');
    expect(stderr).toMatch(/reformulate\/default +script:small\.yaml .* \.crew\/config\.yaml/);
  });

  test('a custom prompt wins over a prompt, and both are what the model reads', async () => {
    mkdirSync(join(folder, 'prompts'));
    writeFileSync(
      join(folder, 'prompts/mine.md'),
      'FILE {{ request }} / {{ purpose }} / {{ inputs[1].name }} / {% if previous %}{{ remark }}{% endif %}\n',
    );
    writeFileSync(join(folder, 'replies.yaml'), written(CLEAR));
    settings('reformulation: { prompt: "SETTING {{ request }}" }\n');
    const prompt = async (runId: string): Promise<string> => {
      await run('--reformulate', '--run-id', runId);
      const key = 'reformulate:1:1/rewrite:1:1/step-1/model-1';
      const shown = await crew(['show', runId, '--prompt', key], { from: folder });
      return shown.stdout;
    };
    expect(await prompt('one1')).toContain('SETTING a poem about spring');
    settings('reformulation: { prompt: "SETTING {{ request }}", custom_prompt_path: prompts/mine.md }\n');
    expect(await prompt('two2')).toContain('FILE a poem about spring / Write what is asked for. / tone /');
  });

  test('a custom prompt that is not there, or no template, is told with its path and nothing runs', async () => {
    settings('reformulation: { custom_prompt_path: prompts/mine.md }\n');
    const missing = await run('--reformulate');
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain(join(folder, 'prompts/mine.md'));
    expect(missing.stderr).toContain('of a project it is relative to the workspace');
    expect((await run()).code).toBe(0);
    mkdirSync(join(folder, 'prompts'));
    writeFileSync(join(folder, 'prompts/mine.md'), 'one\n{{ requst }}\n');
    const wrong = await run('--reformulate');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('prompts/mine.md:2:4');
    expect(wrong.stderr).toContain('did you mean `request`?');
  });
});

describe('what is the request', () => {
  test('is the only text that has to be given; where that is not clear it is named', async () => {
    const two = POEM_CREW.replace('tone: { type: string, default: calm }', 'tone: { type: string }');
    writeFileSync(join(folder, 'poem.crew.yaml'), two);
    const unclear = await run('--reformulate');
    expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('`topic`, `tone`')]);
    writeFileSync(join(folder, 'replies.yaml'), written(CLEAR));
    const args = [
      'run',
      'poem.crew.yaml',
      '-i',
      'topic=spring',
      '-i',
      'tone=odd',
      '--model',
      'script:replies.yaml',
    ];
    const named = await crew([...args, '--reformulate', '--reformulate-input', 'topic'], {
      from: folder,
    });
    expect([named.code, named.stdout]).toEqual([0, 'Plum blossoms about a haiku about the spring of 2020\n']);
    const kept = await crew([...args, '--reformulate-input', 'topic'], { from: folder });
    expect([kept.code, kept.stdout]).toEqual([0, 'Plum blossoms about spring\n']);
    const strange = await crew([...args, '--reformulate-input', 'tonic'], { from: folder });
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('did you mean `topic`?')]);
  });

  test('may stand in a file, and not be given twice', async () => {
    writeFileSync(join(folder, 'brief.md'), 'a poem about rain\n');
    const from = { from: folder };
    const read = await crew(['run', 'poem.crew.yaml', '@brief.md', '--model', 'script:replies.yaml'], from);
    expect(read.stdout).toBe('Plum blossoms about a poem about rain\n');
    const twice = await run('-i', 'topic=snow');
    expect([twice.code, twice.stdout]).toEqual([2, '']);
  });

  test('stays as it is with the offline responder, which says so', async () => {
    const args = ['run', 'poem.crew.yaml', 'a poem about spring', '--model', 'offline', '--reformulate'];
    const { code, stderr } = await crew(args, { from: folder });
    expect([code, stderr]).toEqual([0, expect.stringContaining('the request stays as it is')]);
  });
});

describe('the budget', () => {
  test('is that of the run: its plan counts the rounds, as many as there is room for', async () => {
    const plan = async (calls: number) => {
      const args = [
        'plan',
        'poem.crew.yaml',
        '--reformulate',
        '--model',
        'openai:gpt-5-mini',
        '--max-calls',
        `${calls}`,
      ];
      return JSON.parse((await crew([...args, '--json'], { from: folder })).stdout);
    };
    const [wide, narrow, tight] = [await plan(60), await plan(25), await plan(10)];
    expect([wide.total.calls, narrow.total.calls, tight.total.calls]).toEqual([42, 21, 14]);
    expect(
      [wide.excess, narrow.excess].map(rows => rows.filter((row: { refused: boolean }) => row.refused)),
    ).toEqual([[], []]);
    expect(tight.excess).toContainEqual(expect.objectContaining({ what: 'calls', refused: true }));
  });

  test('that is too small is refused before anything is asked', async () => {
    const args = [...ARGS.slice(0, 3), '--model', 'openai:gpt-5-mini', '--reformulate', '--max-calls', '10'];
    const { code, stderr } = await crew(args, { from: folder, env: { OPENAI_API_KEY: 'sk-none' } });
    expect([code, stderr]).toEqual([4, expect.stringContaining('PLAN_OVER_BUDGET')]);
  });
});
