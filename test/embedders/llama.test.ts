import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../src/embedders/create-embedder.ts';
import type { EmbedderDoors } from '../../src/embedders/doors.ts';
import type { Embedder } from '../../src/ports/embedder.ts';
import { near, testEmbedder } from '../contracts/embedder.ts';
import { headOnlyGguf, type TinyModel, tinyGguf } from './tiny-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'crew-llama-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const local: EmbedderDoors = {
  env: {},
  post: () => Promise.reject(new Error('nothing local asks a server')),
};

/** The package is large, so this repository does not install it: `npm install --no-save --ignore-scripts node-llama-cpp@3` does. */
const isInstalled = (() => {
  try {
    return createRequire(import.meta.url).resolve('node-llama-cpp') !== '';
  } catch {
    return false;
  }
})();

let written = 0;
const write = (bytes: Uint8Array | string): string => {
  written += 1;
  const path = join(folder, `model-${written}.gguf`);
  writeFileSync(path, bytes);
  return path;
};
const open = async (path: string, held?: { id: string; dims: number }): Promise<Embedder> => {
  const embedder = await createEmbedder(`llama:${path}`, local, held);
  return embedder ?? expect.unreachable('no embedder');
};
const using = async <Result>(
  model: TinyModel,
  act: (embedder: Embedder) => Promise<Result>,
): Promise<Result> => {
  const embedder = await open(write(tinyGguf(model)));
  try {
    return await act(embedder);
  } finally {
    await embedder.close?.();
  }
};

/** The processes that have a path among their arguments (Linux). */
function processesOf(path: string): readonly number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids.map(Number).filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(path);
    } catch {
      return false;
    }
  });
}

describe('a file that is no embedding model', () => {
  const whole = tinyGguf();
  it.each<readonly [string, () => string, RegExp]>([
    ['is not there', () => join(folder, 'none.gguf'), /found no such file$/],
    ['is a folder', () => folder, /found a folder$/],
    ['is a page', () => write('<!doctype html>'), /found a file that begins with "<!do"$/],
    ['is empty', () => write(''), /cut off in its head$/],
    ['ends in its head', () => write(whole.slice(0, 700)), /cut off in its head$/],
    [
      'is of an old version',
      () => write(Uint8Array.of(71, 71, 85, 70, 1, 0, 0, 0)),
      /GGUF of version 1, not 2 or 3$/,
    ],
    [
      'says impossible sizes',
      () => write(Buffer.concat([whole.subarray(0, 16), Buffer.alloc(8, 0xff)])),
      /impossible sizes$/,
    ],
    [
      'has a chat model',
      () =>
        write(
          headOnlyGguf([
            ['general.architecture', 'text', 'qwen2'],
            ['general.name', 'text', 'Chatty 7B'],
          ]),
        ),
      /found `chatty-7b` \(qwen2\), which has no `pooling_type`: a chat model/,
    ],
    ['has a chat model that says so', () => write(tinyGguf({ pooling: 0 })), /a chat model makes no vectors/],
    ['has a model that ranks', () => write(tinyGguf({ pooling: 4 })), /which ranks texts/],
    [
      'is one part of several',
      () => write(tinyGguf({ keys: [['split.count', 'u32', 3]] })),
      /one part of a model/,
    ],
  ])('is refused in words when it %s', async (_name, make, words) => {
    const path = make();
    const failure = await createEmbedder(`llama:${path}`, local).catch(error => error);
    expect(failure).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' });
    expect(failure.message).toMatch(words);
    expect(failure.message).toContain(`\`llama:${path}\``);
  });
});

it.skipIf(isInstalled)('says how its package is installed where it is not', async () => {
  await expect(open(write(tinyGguf()))).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
    message:
      '`llama:` needs `node-llama-cpp`, which is not installed: npm install --ignore-scripts node-llama-cpp@3',
  });
});

describe.skipIf(!isInstalled)('a model by path, where node-llama-cpp is installed', () => {
  testEmbedder('llama:PATH', async () => {
    const embedder = await open(write(tinyGguf()));
    return { embedder, close: async () => embedder.close?.() };
  });

  it('is known by what is in its file, wherever that lies', async () => {
    const path = write(tinyGguf({ name: 'Tiny BERT v1.5' }));
    const one = await open(path);
    expect([one.id.replace(/@.*/, ''), one.dims]).toEqual(['llama:tiny-bert-v1.5', 32]);
    expect(one.id).toMatch(/@[0-9a-f]{8}$/);
    await one.close?.();
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(path, join(elsewhere, 'renamed.gguf'));
    const two = await open(join(elsewhere, 'renamed.gguf'));
    expect(two.id).toBe(one.id);
    await two.close?.();
  });

  it('is another one as soon as its file is, at the same place', async () => {
    const path = write(tinyGguf({ dims: 16 }));
    const one = await open(path);
    await one.close?.();
    writeFileSync(path, tinyGguf({ dims: 48, seed: 2 }));
    const two = await open(path);
    expect([one.dims, two.dims]).toEqual([16, 48]);
    expect(two.id).not.toBe(one.id);
    await two.close?.();
  });

  it('is not opened where a store knows its dimensions, until it is asked', async () => {
    const whole = tinyGguf();
    const path = write(whole.slice(0, whole.length - 4_000));
    const { message } = await open(path).catch(error => error);
    const id = /^`(\S+)`/.exec(message)?.[1] ?? '';
    const embedder = await open(path, { id, dims: 32 });
    expect([embedder.id, embedder.dims]).toEqual([id, 32]);
    await expect(embedder.embed(['a'], 'query')).rejects.toThrow('cannot be opened');
    await embedder.close?.();
  });

  it('makes no vectors of a file that was changed since it was known', async () => {
    const path = write(tinyGguf());
    const { id, dims, close } = await open(path);
    await close?.();
    const embedder = await open(path, { id, dims });
    writeFileSync(path, tinyGguf({ seed: 2 }));
    await expect(embedder.embed(['a'], 'note')).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      message: expect.stringContaining('has changed since it was read'),
    });
    await embedder.close?.();
  });

  it('cuts what is longer than the context, and reads the beginning', () =>
    using({ contextTokens: 64 }, async embedder => {
      const [whole, longer, other] = await embedder.embed(
        ['x'.repeat(61), 'x'.repeat(5_000), `y${'x'.repeat(5_000)}`],
        'note',
      );
      expect(near(whole, longer)).toBeCloseTo(1, 5);
      expect(near(longer, other)).toBeLessThan(0.9999);
    }));

  it('takes a text for a text, whatever the model means by it', () =>
    using({}, async embedder => {
      const [one, other] = await embedder.embed(['[SEP]', '[CLS]'], 'note');
      expect(near(one, other)).toBeLessThan(0.9999);
    }));

  it('tells a model whether a text is a note or a question, where the model wants to know', () =>
    using({ name: 'nomic-embed-text-v1.5' }, async embedder => {
      const [note] = await embedder.embed(['cats'], 'note');
      const [query] = await embedder.embed(['cats'], 'query');
      const [same] = await embedder.embed(['search_query: cats'], 'note');
      expect(near(note, query)).toBeLessThan(0.9999);
      expect(near(note, same)).toBeLessThan(0.9999);
    }));

  it('answers a question before the notes that were asked for earlier', () =>
    using({}, async embedder => {
      const order: string[] = [];
      const many = Array.from({ length: 400 }, (_, at) => `note ${at}`);
      await Promise.all([
        embedder.embed(many, 'note').then(() => order.push('notes')),
        embedder.embed(['what?'], 'query').then(() => order.push('question')),
      ]);
      expect(order).toEqual(['question', 'notes']);
    }));

  it('stops in the middle, and goes on with what comes next', () =>
    using({}, async embedder => {
      const controller = new AbortController();
      const many = Array.from({ length: 2_000 }, (_, at) => `note ${at}`);
      const stopped = embedder.embed(many, 'note', controller.signal);
      await embedder.embed(['now'], 'query');
      controller.abort(new Error('enough'));
      await expect(stopped).rejects.toThrow('enough');
      expect(await embedder.embed(['a', 'b'], 'note')).toHaveLength(2);
    }));

  it('ends its process with `close`, and starts another one for who asks then', async () => {
    const path = write(tinyGguf());
    const embedder = await open(path);
    const [before] = await embedder.embed(['a'], 'note');
    expect(processesOf(path)).toHaveLength(1);
    await embedder.close?.();
    expect(processesOf(path)).toEqual([]);
    const [after] = await embedder.embed(['a'], 'note');
    expect(near(before, after)).toBeCloseTo(1, 5);
    await embedder.close?.();
    await embedder.close?.();
    expect(processesOf(path)).toEqual([]);
  });

  it('tells all who wait when its process ends, and starts another one', async () => {
    const path = write(tinyGguf());
    const embedder = await open(path);
    const many = Array.from({ length: 3_000 }, (_, at) => `note ${at}`);
    const cut = Promise.allSettled([embedder.embed(many, 'note'), embedder.embed(many, 'note')]);
    await embedder.embed(['now'], 'query');
    for (const pid of processesOf(path)) process.kill(pid, 'SIGABRT');
    for (const { reason } of (await cut) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({
        code: 'EMBEDDER_UNAVAILABLE',
        message: expect.stringContaining('its process ended by SIGABRT'),
      });
    }
    expect(await embedder.embed(['a'], 'note')).toHaveLength(1);
    await embedder.close?.();
  });

  it('keeps nobody from ending, and ends with them', async () => {
    const path = write(tinyGguf());
    const from = new URL('../../src/embedders/create-embedder.ts', import.meta.url).href;
    const program = `
      import { createEmbedder } from ${JSON.stringify(from)};
      const embedder = await createEmbedder(${JSON.stringify(`llama:${path}`)}, { env: {} });
      console.log((await embedder.embed(['a'], 'note')).length);
      if (process.argv[1] === 'die') process.kill(process.pid, 'SIGKILL');`;
    for (const [how, code] of [
      ['end', 0],
      ['die', null],
    ] as const) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, how]);
      const said = child.stdout.toArray();
      const complained = child.stderr.toArray();
      expect(await new Promise(resolve => child.on('close', resolve))).toBe(code);
      expect([(await said).join(''), (await complained).join('')]).toEqual(['1\n', '']);
      await expect.poll(() => processesOf(path), { timeout: 10_000 }).toEqual([]);
    }
  });

  it('says what llama.cpp says of a file that is cut off behind its head', async () => {
    const whole = tinyGguf();
    const failure = await open(write(whole.slice(0, whole.length - 4_000))).catch(error => error);
    expect(failure).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' });
    expect(failure.message).toMatch(
      /^`llama:tiny-bert@[0-9a-f]{8}` cannot be opened: .*not within the file bounds/,
    );
  });

  it('takes no numbers that are none', async () => {
    const bytes = tinyGguf();
    // The last numbers are added to every vector.
    new Float32Array(bytes.buffer, bytes.byteOffset + bytes.length - 128, 32).fill(Number.NaN);
    const embedder = await open(write(bytes));
    await expect(embedder.embed(['a'], 'note')).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      message: expect.stringContaining('finite'),
    });
    await embedder.close?.();
  });
});
