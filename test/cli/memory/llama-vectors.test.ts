import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew } from '../../e2e/crew-process.ts';
import { tinyGguf } from '../../embedders/tiny-gguf.ts';

const isInstalled = (() => {
  try {
    return createRequire(import.meta.url).resolve('node-llama-cpp') !== '';
  } catch {
    return false;
  }
})();

const CREW = `version: 1
crew: house
goal: Keep the house.
memory: {}
models: { default: "script:replies.yaml" }
roles:
  clerk: { goal: Write down what is said., memory: true }
start: note
phases:
  note: { role: clerk, task: "The lamp in the hall flickers.", next: done }
  done: { end: success }
`;

describe('a crew whose memory has a model by path', () => {
  let home = '';
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'llama-vectors-')));
    writeFileSync(join(home, 'house.crew.yaml'), CREW);
    writeFileSync(join(home, 'tiny.gguf'), tinyGguf());
    reply('The lamp in the hall flickers.');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const reply = (text: string) => {
    writeFileSync(join(home, 'replies.yaml'), `version: 1\nreplies: [{ text: ${text}, times: 9 }]\n`);
  };
  const settings = (embedder: string) => {
    mkdirSync(join(home, 'user', 'crew'), { recursive: true });
    writeFileSync(join(home, 'user', 'crew', 'config.yaml'), `memory: { embedder: "${embedder}" }\n`);
  };
  const here = (...args: readonly string[]) =>
    crew(args, { from: home, env: { XDG_CONFIG_HOME: join(home, 'user') } });
  const findings = async () => {
    const { stdout } = await here('doctor', '--json');
    return (JSON.parse(stdout) as { findings: { about: string }[] }).findings;
  };
  const stats = async () => {
    const { stdout } = await here('memory', 'stats', '--json');
    return JSON.parse(stdout) as { embedder: string; notes: number; withoutVector: number };
  };

  test('needs trust where the crew names it, and shows what it would load', async () => {
    const text = CREW.replace('memory: {}', 'memory: { embedder: "llama:tiny.gguf" }');
    writeFileSync(join(home, 'house.crew.yaml'), text);
    const { code, stderr } = await here('run', 'house.crew.yaml', '--no-input');
    expect(code).not.toBe(0);
    expect(stderr).toContain('CREW_UNTRUSTED');
    expect(stderr).toContain('loads a model of its own');
  });

  test('goes on with words alone where the file is not there, and says so', async () => {
    settings('llama:models/none.gguf');
    const { code, stderr } = await here('run', 'house.crew.yaml');
    expect([code, stderr]).toEqual([0, expect.stringContaining('words alone')]);
    expect(stderr).toContain(`${join(home, 'models/none.gguf')}\`: expected a GGUF file`);
    expect(await findings()).toContainEqual({
      about: 'vectors',
      state: 'problem',
      text: expect.stringMatching(/^EMBEDDER_UNAVAILABLE: .*found no such file$/),
    });
  });

  test.skipIf(!isInstalled)(
    'is remembered by what is in the file, and embedded anew when that changes',
    // Eleven processes of the product, and five of the model.
    { timeout: 120_000 },
    async () => {
      settings('llama:tiny.gguf');
      expect(await findings()).toContainEqual({
        about: 'vectors',
        state: 'ok',
        text: `llama:${join(home, 'tiny.gguf')}: tiny-bert (bert), on this machine`,
      });
      expect(await here('run', 'house.crew.yaml')).toMatchObject({
        code: 0,
        stderr: expect.not.stringContaining('words alone'),
      });
      const before = await stats();
      expect(before).toMatchObject({ notes: 1, withoutVector: 0 });
      expect(before.embedder).toMatch(/^llama:tiny-bert@[0-9a-f]{8}$/);
      const found = await here('memory', 'search', 'lamp', '--why');
      expect([found.code, found.stderr]).toEqual([0, expect.not.stringContaining('words alone')]);

      writeFileSync(join(home, 'tiny.gguf'), tinyGguf({ seed: 2, dims: 48 }));
      reply('A second lamp stands in the cellar now.');
      const changed = await here('run', 'house.crew.yaml');
      expect(changed.code).toBe(0);
      expect(changed.stderr).toMatch(
        /words alone: their vectors are of llama:tiny-bert@\w+, and llama:\S+tiny\.gguf, which is llama:tiny-bert@\w+, is asked/,
      );
      expect(await stats()).toMatchObject({ embedder: before.embedder, withoutVector: 1 });

      const anew = await here('memory', 'embed');
      expect([anew.code, anew.stderr]).toEqual([0, expect.stringContaining('2 of 2 notes')]);
      const after = await stats();
      expect(after).toMatchObject({ notes: 2, withoutVector: 0 });
      expect(after.embedder).toMatch(/^llama:tiny-bert@[0-9a-f]{8}$/);
      expect(after.embedder).not.toBe(before.embedder);

      settings('static');
      const unnamed = await here('memory', 'search', 'lamp');
      expect(unnamed.stdout).toContain('lamp');
      expect(unnamed.stderr).toMatch(
        /vectors are of llama:tiny-bert@\w+, and no setting says where its file is/,
      );
    },
  );
});
