import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePromptRepository, type PromptRepository } from './prompt-repository.ts';

const PROMPT = 'prompts/reformulate.prompt.md';
const REPLIES = `version: 1
replies:
  - { phase: reformulate/rewrite, times: 9, json: { reformulated: What is a bee?, assumptions: [], questions: [] } }
  - { phase: answers, times: 9, text: An insect. }
`;

let repository: PromptRepository;
beforeEach(async () => {
  repository = makePromptRepository();
  repository.prompt('one');
  repository.write(PROMPT, '{% render "style" %}\nSay again: {{ request }}\n');
  repository.write('.crew/config.yaml', `reformulation: { custom_prompt_path: ${PROMPT} }\n`);
  repository.write('replies.yaml', REPLIES);
  repository.commit('One');
  await repository.crew('prompt', 'pin', '--all');
});
afterEach(() => repository.dispose());

const ask = (...flags: readonly string[]) =>
  repository.crew('ask', 'Bees?', '--reformulate', '--models', 'script:replies.yaml', ...flags);

describe('the prompt file that says requests again', () => {
  test('puts partials in, and has its version in the run', async () => {
    const { code, stdout, stderr } = await ask();
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('An insect.')]);
    const runId = await lastRun();
    const { prompts } = await repository.json<{ prompts: readonly { file: string }[] }>('show', runId);
    expect(prompts.map(({ file }) => file)).toEqual([PROMPT]);
    const log = await repository.crew('prompt', 'log', 'reformulate', '--json');
    expect(log.stdout).toContain(runId);
  });

  test.each([
    ['the prompt', PROMPT, '{% render "style" %}\nSay it once more: {{ request }}\n'],
    ['a partial', 'prompts/_style.prompt.md', 'Be long.\n'],
  ])('is held to its lock by --frozen when %s has changed', async (_what, file, text) => {
    expect((await ask('--frozen')).code).toBe(0);
    repository.write(file, text);
    const refused = await ask('--frozen');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('PROMPT_NOT_LOCKED');
    expect(refused.stderr).toContain('crew prompt diff reformulate@lock');
    for (const command of ['run', 'plan']) {
      const held = await repository.crew(
        ...[command, 'a.crew.yaml', '--frozen', '--reformulate-input', 'topic', '--reformulate'],
        ...['-i', 'topic=bees', '--model', 'script:replies.yaml'],
      );
      expect([held.code, held.stdout], command).toEqual([2, '']);
      expect(held.stderr).toContain('PROMPT_NOT_LOCKED');
    }
  });

  test('shows a mistake of a partial in its own file', async () => {
    repository.write('prompts/_style.prompt.md', 'Be {{ brief }}.\n');
    const { code, stderr } = await ask();
    expect(code).toBe(2);
    expect(stderr).toContain('prompts/_style.prompt.md:1:7');
  });
});

async function lastRun(): Promise<string> {
  return (await repository.crew('ps')).stdout.slice(0, 12);
}
