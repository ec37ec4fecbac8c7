import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatLock } from '../../src/language/format-lock.ts';
import { lowerMcpServer } from '../../src/language/lower-mcp-server.ts';
import { mcpToolNames } from '../../src/language/mcp-tool-names.ts';
import { readLock } from '../../src/language/read-lock.ts';
import { serverDeclaration, serverIdentity, toolPin } from '../../src/language/server-identity.ts';
import { type CrewLock, EMPTY_LOCK, type LockedServer } from '../../src/model/crew-lock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { ListedTool } from '../../src/model/mcp-listing.ts';
import { toolNames } from '../../src/providers/tool-names.ts';
import { fc } from '../laws.ts';

const DECLARED: JsonObject = { command: 'notes-server', args: ['.'], env: ['B', 'A'] };
const TOOL: ListedTool = {
  name: 'find notes',
  description: 'Finds notes.',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } } },
  annotations: { readOnlyHint: true },
};

function lockOf(tools: readonly ListedTool[], declared = DECLARED): CrewLock {
  const server = lowerMcpServer(declared);
  const identity = serverIdentity(server);
  const locked = tools.map(tool => ({ ...tool, pin: toolPin(identity, tool) }));
  const accepted: LockedServer = {
    aliases: ['notes'],
    declaration: serverDeclaration(server),
    server: { name: 'notes', version: '1' },
    protocol: '2025-11-25',
    resources: false,
    prompts: true,
    tools: locked,
  };
  return { servers: new Map([[identity, accepted]]), prompts: new Map() };
}

const HASH = 'f'.repeat(64);
const PROMPTS: CrewLock['prompts'] = new Map([
  ['zebra', { hash: HASH, partials: { style: 'a'.repeat(64), gone: null }, commit: 'c'.repeat(40) }],
  ['answer.short', { hash: 'e'.repeat(64), partials: {} }],
  ['broad', { hash: 'e'.repeat(64), partials: {}, output: 'd'.repeat(64) }],
]);

describe('the identity of a server', () => {
  const identity = (declared: JsonObject): string => serverIdentity(lowerMcpServer(declared));

  test('is the same for other times and another order of names', () => {
    expect(identity({ ...DECLARED, env: ['A', 'B', 'A'], timeout: '5s', start_timeout: '1m' })).toBe(
      identity(DECLARED),
    );
  });

  test.each<[string, JsonObject]>([
    ['its command', { command: 'other' }],
    ['an argument', { args: ['..'] }],
    ['a name of a variable', { env: ['A'] }],
    ['a variable', { variables: { LEVEL: '1' } }],
    ['its folder', { cwd: './x' }],
    ['its sandbox', { sandbox: {} }],
    ['what the sandbox lets through', { sandbox: { net: 'host' } }],
    ['the protocol', { protocol: 'auto' }],
    ['roots', { roots: true }],
  ])('changes with %s', (_what, change) => {
    expect(identity({ ...DECLARED, ...change })).not.toBe(identity(DECLARED));
  });
});

describe('crew.lock', () => {
  test('is read back as it was written, and written the same again', () => {
    const text = formatLock(lockOf([TOOL]));
    const { lock } = readLock(text);
    expect(lock).toEqual(lockOf([TOOL]));
    expect(formatLock(lock ?? EMPTY_LOCK)).toBe(text);
    expect(
      formatLock(
        lockOf([{ ...TOOL, inputSchema: { properties: { word: { type: 'string' } }, type: 'object' } }]),
      ),
    ).toBe(text);
  });

  test('keeps servers and prompts, each prompt in one line, sorted', () => {
    const both: CrewLock = { ...lockOf([TOOL]), prompts: PROMPTS };
    const text = formatLock(both);
    expect(readLock(text).lock).toEqual(both);
    expect(text).toContain(
      `{
  "prompts": {
    "answer.short": {"hash":"${'e'.repeat(64)}","partials":{}},
    "broad": {"hash":"${'e'.repeat(64)}","output":"${'d'.repeat(64)}","partials":{}},
    "zebra": {"commit":"${'c'.repeat(40)}","hash":"${HASH}","partials":{"gone":null,"style":"${'a'.repeat(64)}"}}
  },
  "servers": {
`,
    );
    expect(formatLock({ servers: new Map(), prompts: PROMPTS })).toMatch(
      /^ {2}"servers": \{\},\n {2}"version": 1\n\}\n$/m,
    );
  });

  test.each<[string, string, string]>([
    ['a hash that is none', HASH, 'fff'],
    ['no hash', `"hash":"${HASH}"`, '"x":1'],
    ['a partial that is no hash', 'a'.repeat(64), '7'],
    ['a commit that is none', 'c'.repeat(40), 'main'],
  ])('is refused with %s of a prompt', (_what, from, to) => {
    const text = formatLock({ servers: new Map(), prompts: PROMPTS }).replace(from, to);
    expect(readLock(text).problem).toContain('the prompt "zebra" is not whole');
  });

  test('is refused with an output of a prompt that is no hash', () => {
    const text = formatLock({ servers: new Map(), prompts: PROMPTS }).replace('d'.repeat(64), 'ddd');
    expect(readLock(text).problem).toContain('the prompt "broad" is not whole');
  });

  test('of any prompts is read back as it was written', () => {
    const hash = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
    const name = fc.string({ minLength: 1 }).filter(text => text !== '__proto__');
    const partials = fc.dictionary(name, fc.option(hash), { noNullPrototype: true });
    const prompts = fc.array(fc.tuple(name, fc.record({ hash, partials }, { noNullPrototype: true })));
    fc.assert(
      fc.property(prompts, rows => {
        const lock: CrewLock = { servers: new Map(), prompts: new Map(rows) };
        const read = readLock(formatLock(lock)).lock;
        expect(read?.prompts).toEqual(lock.prompts);
      }),
    );
  });

  test.each<[string, (text: string) => string, string]>([
    [
      'another description',
      text => text.replace('Finds notes', 'Reads mail'),
      'the pin of the tool "find notes"',
    ],
    ['another schema', text => text.replace('"word"', '"path"'), 'the pin of the tool'],
    [
      'another hint',
      text => text.replace('"readOnlyHint": true', '"readOnlyHint": false'),
      'the pin of the tool',
    ],
    ['another name', text => text.replace('"find notes"', '"find"'), 'the pin of the tool "find"'],
    [
      'another command',
      text => text.replace('notes-server', 'evil-server'),
      'the identity of the server "notes"',
    ],
    ['no pin', text => text.replace(/"pin": "[0-9a-f]+"/, '"pin": 7'), 'the pin of the tool'],
    ['another version', text => text.replace('"version": 1', '"version": 2'), 'its version is 2'],
    ['half of it', text => text.slice(0, 200), 'not valid JSON'],
    ['a conflict of git', text => `<<<<<<< ours\n${text}`, 'a conflict of git'],
    [
      'a conflict of git inside',
      text => text.replace('\n', '\n=======\n'),
      'could not settle, stands in line 2',
    ],
    ['a list', () => '[]', 'its version is null'],
    ['a text', () => '"x"', 'its version is null'],
    ['nothing', () => '', 'not valid JSON'],
    ['1,000 levels', () => `${'['.repeat(1_000)}${']'.repeat(1_000)}`, 'levels'],
  ])('is refused with %s', (_what, change, why) => {
    expect(readLock(change(formatLock(lockOf([TOOL])))).problem).toContain(why);
  });

  test('never throws, whatever it holds', () => {
    const part = fc.constantFrom(
      'servers',
      'prompts',
      'hash',
      'tools',
      'declaration',
      'aliases',
      'version',
      '__proto__',
      'pin',
    );
    fc.assert(
      fc.property(fc.dictionary(part, fc.oneof(fc.jsonValue(), fc.constant(1))), value => {
        const { lock, problem } = readLock(JSON.stringify(value));
        expect((lock === undefined) !== (problem === undefined)).toBe(true);
      }),
    );
  });

  test('holds no key that reaches a prototype', () => {
    const text = formatLock(lockOf([TOOL])).replace(
      '"servers": {',
      '"__proto__": { "polluted": 1 }, "servers": {',
    );
    expect(readLock(text).lock?.servers.size).toBe(1);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test('what is written fits the schema of locks', async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const schema = readFileSync(new URL('../../schemas/lock.schema.json', import.meta.url), 'utf8');
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(schema));
  const titled = { ...TOOL, title: 'Find', outputSchema: true, name: 'titled' };
  expect(validate(JSON.parse(formatLock(lockOf([TOOL, titled]))))).toBe(true);
  expect(validate(JSON.parse(formatLock(lockOf([]))))).toBe(true);
  expect(validate(JSON.parse(formatLock({ ...lockOf([]), prompts: PROMPTS })))).toBe(true);
});

describe('the name that a crew calls a tool of a server by', () => {
  test.each<[readonly string[], readonly (string | RegExp)[]]>([
    [
      ['read_file', 'Read-File'],
      ['read_file', 'Read-File'],
    ],
    [
      ['repo.create', 'a/b', 'a b'],
      ['repo_create', /^a_b_[0-9a-f]{8}$/, /^a_b_[0-9a-f]{8}$/],
    ],
    [
      ['a.b', 'a_b'],
      [/^a_b_[0-9a-f]{8}$/, 'a_b'],
    ],
    [
      ['', '7z', '\u001b[31m', 'größe'],
      [/^tool_$/, 'tool_7z', 'tool___31m', 'gr__e'],
    ],
    [['x'.repeat(128)], [/^x{64}$/]],
  ])('%j are %j', (names, expected) => {
    const found = mcpToolNames(names);
    for (const [index, name] of names.entries()) expect(found.get(name)).toMatch(expected[index] ?? '');
  });

  test('is one that the language can say, different from all others, whatever the server says; and so on the wire', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 130 }),
      fc.constantFrom('a.b', 'a_b', 'a b', 'a/b', 'A_b', '', '9'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), names => {
        const ours = [...mcpToolNames(names).values()];
        expect(new Set(ours).size).toBe(names.length);
        for (const one of ours) expect(one).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
        expect([...mcpToolNames(names.toReversed()).values()].toSorted()).toEqual(ours.toSorted());
        const tools = ours.map(one => ({
          name: `alias.${one}`,
          description: '',
          inputSchema: true,
          readOnly: false,
        }));
        const wire = toolNames({ tools, messages: [] });
        for (const { name: tool } of tools) expect(wire.fromWire(wire.toWire(tool))).toBe(tool);
      }),
    );
  });
});
