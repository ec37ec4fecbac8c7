import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CrewError } from '../../src/model/crew-error.ts';
import { MAX_TOOL_RESULT_LENGTH } from '../../src/model/limits.ts';
import { createModuleTools } from '../../src/tools/module/module-tools.ts';
import { type ModuleFolder, makeModuleFolder } from './module-folder.ts';
import { failureOf } from './tool-call.ts';

let folder: ModuleFolder;

beforeEach(() => {
  folder = makeModuleFolder();
});

afterEach(() => folder.dispose());

describe('a call', () => {
  test('gets its arguments and the workspace as JSON, and gives back what the function returns', async () => {
    const mine = folder.open(
      'export async function look(args, context) { return { args, keys: Object.keys(context).sort(), at: context.workspace }; }',
      ['look'],
    );
    const args = { text: 'é\u2028', list: [1, null, { a: false }] };
    expect(await mine.call('look', args)).toEqual({ args, keys: ['signal', 'workspace'], at: folder.path });
  });

  test('may be of a function that is no promise, and of any JSON', async () => {
    const mine = folder.open('export const same = ({ value }) => value;', ['same']);
    for (const value of [null, 0, '', false, [], {}, [[]], { a: { b: [1.5] } }]) {
      expect(await mine.call('same', { value })).toEqual(value);
    }
  });

  test('calls are concurrent and share the state of the module', async () => {
    const mine = folder.open(
      `let release;
       const gate = new Promise(resolve => { release = resolve; });
       export const wait = () => gate;
       export const open = () => { release('opened'); return null; };`,
      ['wait', 'open'],
    );
    const waiting = mine.call('wait');
    expect(await mine.call('open')).toBe(null);
    expect(await waiting).toBe('opened');
  });

  test('TypeScript runs as it is, and a module may import its neighbours', async () => {
    folder.write('tools/words.ts', 'export const count = (text: string): number => text.split(" ").length;');
    const mine = folder.open(
      `import { basename } from 'node:path';
       import { count } from './words.ts';
       interface Args { readonly text: string }
       export async function words({ text }: Args): Promise<{ words: number; file: string }> {
         return { words: count(text), file: basename(import.meta.filename) };
       }`,
      ['words'],
      'tools/mine.ts',
    );
    expect(await mine.call('words', { text: 'one two' })).toEqual({ words: 2, file: 'mine.ts' });
    expect(mine.printed).toEqual([]);
  });

  test.each([
    ['enum Size { Small }', 'enum'],
    ['class Point { constructor(readonly x: number) {} }', 'parameter property'],
    ['namespace Words { export const one = 1; }', 'namespace'],
  ])('TypeScript that is more than types is refused with what to do: %s', async (code, what) => {
    const mine = folder.open(`${code}\nexport const one = () => 1;`, ['one'], 'tools/mine.ts');
    const failure = await failureOf(mine.call('one'));
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toMatch(
      /^`tools\/mine\.ts` cannot be loaded: of TypeScript, only types are taken out before it runs, so /,
    );
    expect(failure.message).toContain(`this ${what}`);
    expect(failure.message).toContain('(mine.ts, line 1)');
    expect(failure.message).toContain('must be written as JavaScript');
  });

  test('is an ES module whatever stands in package.json', async () => {
    folder.write('package.json', '{ "type": "commonjs" }');
    const mine = folder.open('export const one = () => 1;', ['one']);
    expect(await mine.call('one')).toBe(1);
  });

  test('may await while the module loads', async () => {
    const mine = folder.open('const one = await Promise.resolve(1); export const two = () => one + 1;', [
      'two',
    ]);
    expect(await mine.call('two')).toBe(2);
  });
});

describe('a result that is no JSON is a failure that says where', () => {
  test.each([
    ['() => 1', 'found a function'],
    ['10n', 'found a bigint'],
    ['Symbol("x")', 'found a symbol'],
    ['Number.NaN', 'found the number NaN'],
    ['{ a: [1, { b: 10n }] }', 'found a bigint at `.a[1].b`'],
    ['[1, undefined]', 'found nothing at `[1]`'],
    ['[1, , 2]', 'found nothing at `[1]`'],
    ['{ at: new Date(0) }', 'found a value of class Date at `.at`'],
    ['new Map()', 'found a value of class Map'],
    ['(() => { const a = {}; a.a = a; return a; })()', 'levels deep'],
    ['{ get a() { throw new Error("no"); } }', '`mine.give` failed: no'],
    ['new Proxy({}, { ownKeys() { throw new Error("shut"); } })', '`mine.give` failed: shut'],
  ])('%s', async (value, message) => {
    const mine = folder.open(`export const give = async () => (${value});`, ['give']);
    const failure = await failureOf(mine.call('give'));
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toContain(message);
  });

  test('a function that returns nothing gives null', async () => {
    const mine = folder.open(
      'export function mark() {} export const later = async () => {}; export const none = () => undefined;',
      ['mark', 'later', 'none'],
    );
    for (const name of ['mark', 'later', 'none']) expect(await mine.call(name)).toBe(null);
  });

  test('a field that is undefined is left out, however deep', async () => {
    const mine = folder.open('export const give = () => ({ a: [{ c: undefined }], b: undefined });', [
      'give',
    ]);
    expect(await mine.call('give')).toEqual({ a: [{}] });
  });

  test('a result that is too long never crosses', async () => {
    const mine = folder.open('export const give = ({ n }) => "x".repeat(n);', ['give']);
    const failure = await failureOf(mine.call('give', { n: 2_000_000 }));
    expect(failure).toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('2000002 characters'),
    });
    expect(await mine.call('give', { n: MAX_TOOL_RESULT_LENGTH - 2 })).toHaveLength(
      MAX_TOOL_RESULT_LENGTH - 2,
    );
  });

  test('a result that does not fit its `output` is a failure', async () => {
    const outputSchema = { type: 'object', required: ['words'], properties: { words: { type: 'integer' } } };
    const mine = folder.open('export const give = ({ value }) => value;', [{ name: 'give', outputSchema }]);
    expect(await mine.call('give', { value: { words: 3 } })).toEqual({ words: 3 });
    const failure = await failureOf(mine.call('give', { value: { words: 'three' } }));
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toMatch(/`mine\.give` returned what its `output` does not allow: .*words/);
  });
});

describe('a module that misbehaves', () => {
  test.each([
    ['throw new Error("broken")', '`mine.run` failed: broken'],
    ['throw new TypeError("broken")', '`mine.run` failed: TypeError: broken'],
    ['throw null', '`mine.run` failed: null'],
    ['throw { toString() { throw 1; } }', 'threw something without a text'],
    ['throw new Error("x".repeat(100_000))', 'failed: xxx'],
  ])('fails the call: %s', async (body, message) => {
    const mine = folder.open(`export async function run() { ${body}; }`, ['run']);
    const failure = await failureOf(mine.call('run'));
    expect(failure.code).toBe('TOOL_FAILED');
    expect(failure.message).toContain(message);
    expect(failure.message.length).toBeLessThan(5000);
  });

  test.each([
    ['process.exit(0)', 'ended the thread'],
    [
      'setImmediate(() => { throw new Error("later"); }); await new Promise(() => {})',
      'outside of a call: later',
    ],
    ['Promise.reject(new Error("lost")); await new Promise(() => {})', 'outside of a call: lost'],
  ])(
    'ends its thread, which fails all open calls, and the next call starts anew: %s',
    async (body, message) => {
      const mine = folder.open(
        `let calls = 0;
       export const wait = () => new Promise(() => {});
       export const count = () => { calls += 1; return calls; };
       export async function run() { ${body}; }`,
        ['wait', 'count', 'run'],
      );
      expect([await mine.call('count'), await mine.call('count')]).toEqual([1, 2]);
      const failures = await Promise.all([failureOf(mine.call('wait')), failureOf(mine.call('run'))]);
      for (const { code, message: said } of failures) {
        expect(code).toBe('TOOL_FAILED');
        expect(said).toContain(message);
      }
      expect(await mine.call('count')).toBe(1);
    },
  );

  test.each([
    ['export const run = (', 'cannot be loaded: SyntaxError'],
    ['throw new Error("not today");', 'cannot be loaded: not today'],
    ['import "./gone.js"; export const run = () => 1;', 'cannot be loaded: Cannot find module'],
    ['module.exports = { run: () => 1 };', 'cannot be loaded: ReferenceError: module is not defined'],
  ])('cannot be loaded: %s', async (text, message) => {
    const mine = folder.open(text, ['run']);
    for (const _again of [1, 2]) {
      const failure = await failureOf(mine.call('run'));
      expect(failure.code).toBe('TOOL_FAILED');
      expect(failure.message).toContain(message);
    }
  });

  test('cannot answer in our name, nor close our ways', async () => {
    const mine = folder.open(
      `import { parentPort, workerData } from 'node:worker_threads';
       for (const forged of [null, 1, { id: 1, json: '"forged"' }, { id: 1, failure: { code: 'NONE' } }, { printed: 'x' }]) {
         parentPort.postMessage(forged);
       }
       parentPort.close();
       export const look = () => JSON.stringify(Object.keys(workerData));`,
      ['look'],
    );
    expect(await mine.call('look')).toBe('["start"]');
    expect(await mine.call('look')).toBe('["start"]');
    expect(mine.printed).toEqual([]);
  });

  test('a missing export is said with what there is', async () => {
    const mine = folder.open('export const one = () => 1; export const two = 2; export function three() {}', [
      'two',
      'toString',
      'four',
    ]);
    for (const name of ['two', 'toString', 'four']) {
      expect(await failureOf(mine.call(name))).toEqual({
        code: 'TOOL_UNKNOWN',
        message: `expected \`tools/mine.js\` to export a function \`${name}\`; it exports \`one\`, \`three\``,
      });
    }
  });
});

describe('a call that is given up', () => {
  test('ends when the function hears of it, and the thread lives on', async () => {
    const mine = folder.open(
      `let calls = 0;
       export const count = () => { calls += 1; return calls; };
       export const wait = (args, { signal }) => new Promise((resolve, reject) => {
         signal.addEventListener('abort', () => reject(new Error('heard')));
       });`,
      ['count', 'wait'],
    );
    await mine.call('count');
    const stop = new AbortController();
    const waiting = failureOf(mine.call('wait', {}, stop.signal));
    await mine.call('count');
    stop.abort(new CrewError('PHASE_TIMEOUT', 'too late'));
    expect(await waiting).toEqual({ code: 'PHASE_TIMEOUT', message: 'too late' });
    expect(await mine.call('count')).toBe(3);
  });

  test('in a loop without an end is ended with its thread, and so are the calls beside it', async () => {
    const mine = folder.open(
      `export const wait = () => new Promise(() => {});
       export const spin = () => { for (;;); };
       export const one = () => 1;`,
      ['wait', 'spin', 'one'],
    );
    expect(await mine.call('one')).toBe(1);
    const stop = new AbortController();
    const waiting = failureOf(mine.call('wait'));
    const spinning = failureOf(mine.call('spin', {}, stop.signal));
    stop.abort();
    expect(await spinning).toEqual({
      code: 'TOOL_FAILED',
      message: '`mine.spin` was stopped before it finished',
    });
    expect(await waiting).toEqual({
      code: 'TOOL_FAILED',
      message: '`mine.wait` failed: its module did not end `mine.spin` when it was told to',
    });
    expect(await mine.call('one')).toBe(1);
  });

  test('before it began does not begin, and after it ended changes nothing', async () => {
    const mine = folder.open(
      `import { writeFileSync } from 'node:fs';
       export const mark = ({ name }, { workspace }) => { writeFileSync(workspace + '/' + name, ''); return name; };`,
      ['mark'],
    );
    const before = AbortSignal.abort();
    expect((await failureOf(mine.call('mark', { name: 'a' }, before))).code).toBe('TOOL_FAILED');
    const stop = new AbortController();
    expect(await mine.call('mark', { name: 'b' }, stop.signal)).toBe('b');
    stop.abort();
    expect(await mine.call('mark', { name: 'c' })).toBe('c');
    expect(['a', 'b', 'c'].map(name => existsSync(join(folder.path, name)))).toEqual([false, true, true]);
  });

  test('while the module loads does not begin', async () => {
    const mine = folder.open(
      `import { writeFileSync } from 'node:fs';
       await new Promise(resolve => setTimeout(resolve, 200));
       export const mark = (args, { workspace }) => { writeFileSync(workspace + '/marked', ''); return null; };
       export const one = () => 1;`,
      ['mark', 'one'],
    );
    const stop = new AbortController();
    const marking = failureOf(mine.call('mark', {}, stop.signal));
    stop.abort();
    expect(await marking).toEqual({
      code: 'TOOL_FAILED',
      message: '`mine.mark` was stopped before it finished',
    });
    expect(await mine.call('one')).toBe(1);
    expect(existsSync(join(folder.path, 'marked'))).toBe(false);
  });

  test('by the end of the run fails, and so does every later one', async () => {
    const mine = folder.open('export const wait = () => new Promise(() => {});', ['wait']);
    const waiting = failureOf(mine.call('wait'));
    await mine.close();
    expect(await waiting).toEqual({ code: 'TOOL_FAILED', message: '`mine.wait` failed: the run is over' });
    expect((await failureOf(mine.call('wait'))).message).toContain('after the end of a run');
  });
});

describe('what runs is what was checked', () => {
  const TEXT = 'export const one = () => 1;';

  test('a changed file is refused, and nothing of it is executed', async () => {
    const mine = folder.open(TEXT, ['one']);
    writeFileSync(
      mine.file,
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(folder.path, 'ran'))}, ''); ${TEXT}`,
    );
    const { code, message } = await failureOf(mine.call('one'));
    expect(code).toBe('TOOL_CHANGED');
    expect(message).toMatch(
      /^expected `tools\/mine\.js` as it was when the run began \(sha256 \w{12}…\), found another text/,
    );
    expect(existsSync(join(folder.path, 'ran'))).toBe(false);
    writeFileSync(mine.file, TEXT);
    expect(await mine.call('one')).toBe(1);
  });

  test('a missing file and a folder in its place are told apart', async () => {
    const mine = folder.open(TEXT, ['one']);
    rmSync(mine.file);
    expect((await failureOf(mine.call('one'))).code).toBe('TOOL_CHANGED');
    mkdirSync(mine.file);
    expect((await failureOf(mine.call('one'))).code).toBe('FILE_UNREADABLE');
  });

  test('a file that changes while its thread runs is not looked at again', async () => {
    const mine = folder.open(TEXT, ['one']);
    expect(await mine.call('one')).toBe(1);
    writeFileSync(mine.file, 'export const one = () => 2;');
    expect(await mine.call('one')).toBe(1);
  });

  test('a file behind a link runs from the text that was verified', async () => {
    const real = folder.open(TEXT, ['one'], 'real.js');
    symlinkSync(real.file, join(folder.path, 'link.js'));
    const sha256 = createHash('sha256').update(TEXT).digest('hex');
    const spec = real.tools.get('mine.one')?.spec;
    if (spec === undefined) throw new Error('there is no tool');
    const options = { file: join(folder.path, 'link.js'), title: 'link.js', sha256, specs: [spec] };
    const linked = createModuleTools({ ...options, misfit: () => undefined });
    const context = { workspace: folder.path, signal: new AbortController().signal, notice: () => undefined };
    expect(await linked.tools.get('mine.one')?.call({}, context)).toBe(1);
    await linked.close();
  });

  test('opening runs nothing', async () => {
    const mine = folder.open(`throw new Error('ran');`, ['one']);
    writeFileSync(mine.file, 'changed');
    expect([...mine.tools.keys()]).toEqual(['mine.one']);
    await mine.close();
  });
});

describe('what a module prints', () => {
  test('becomes notices, line by line, and is cut', async () => {
    const mine = folder.open(
      `export const say = () => { console.log('one\\ntwo'); console.error('bad'); process.stdout.write('half'); return null; };
       export const flood = () => { for (let n = 0; n < 1000; n += 1) console.log('n' + n + 'x'.repeat(1000)); return null; };`,
      ['say', 'flood'],
    );
    await mine.call('say');
    expect(mine.printed).toEqual([
      'tools/mine.js: one',
      'tools/mine.js: two',
      'tools/mine.js: bad',
      'tools/mine.js: half',
    ]);
    await mine.call('flood');
    expect(mine.printed).toHaveLength(201);
    expect(mine.printed[4]).toBe(`tools/mine.js: n0${'x'.repeat(498)}…`);
    expect(mine.printed.at(-1)).toBe('tools/mine.js: … what it prints after 200 lines is not shown');
  });
});

test('a process whose module has nothing to do ends by itself, and stdout has only its own data', () => {
  folder.open(
    `console.log('loading'); setInterval(() => console.log('tick'), 1000); export const one = async () => { console.log('calling'); await new Promise(done => setTimeout(done, 300)); return 1; };`,
    ['one'],
  );
  const text = readFileSync(join(folder.path, 'tools/mine.js'));
  const sha256 = createHash('sha256').update(text).digest('hex');
  const module = new URL('../../src/tools/module/module-tools.ts', import.meta.url).href;
  const spec = { name: 'mine.one', description: 'one', inputSchema: {}, readOnly: false };
  const file = join(folder.path, 'tools/mine.js');
  folder.write(
    'main.mjs',
    `import { createModuleTools } from ${JSON.stringify(module)};
     const { tools } = createModuleTools({ file: ${JSON.stringify(file)}, title: 'mine.js', sha256: '${sha256}',
       specs: [${JSON.stringify(spec)}], misfit: () => undefined });
     const context = { workspace: '.', signal: new AbortController().signal, notice: () => undefined };
     console.log(JSON.stringify(await tools.get('mine.one').call({}, context)));`,
  );
  const output = execFileSync(process.execPath, [join(folder.path, 'main.mjs')], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(output).toBe('1\n');
});
