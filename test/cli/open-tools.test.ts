import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { acceptServers } from '../../src/cli/accept-servers.ts';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { loadProgram } from '../../src/cli/load-program.ts';
import { openTools } from '../../src/cli/open-tools.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { failureOf } from '../tools/tool-call.ts';

/** A server whose tools, by name, return what `tools.json` says; it counts its starts. */
const SERVER = `import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
appendFileSync('starts', process.env.GREETING ?? '-');
const tools = JSON.parse(readFileSync('tools.json', 'utf8'));
const METHODS = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }),
  'tools/list': () => ({ tools: Object.entries(tools).map(([name, { result, ...said }]) => ({ name, inputSchema: { type: 'object' }, ...said })) }),
  'tools/call': ({ name }) => ({ content: [{ type: 'text', text: name }], structuredContent: tools[name].result }),
};
createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: METHODS[method]?.(params) ?? {} }) + '\\n');
});
`;

const CREW = `version: 1
crew: sharing
goal: Call.
tools:
  one: { mcp: { command: node, args: [server.mjs], env: [GREETING] } }
  two: { mcp: { command: node, args: [server.mjs], env: [GREETING] } }
  other: { mcp: { command: node, args: [server.mjs, other] } }
start: done
phases: { done: { end: success } }
`;

let folder: string;
const terminal = () => ({
  ...libraryTerminal(folder, { PATH: process.env.PATH, HOME: folder, GREETING: 'hi' }),
  stderr: (text: string) => {
    told += text;
  },
});
let told = '';
beforeEach(() => {
  folder = realpathSync(makeFolder());
  told = '';
  writeFileSync(join(folder, 'server.mjs'), SERVER);
  writeFileSync(join(folder, 'sharing.crew.yaml'), CREW);
});

async function accept(tools: object) {
  writeFileSync(join(folder, 'tools.json'), JSON.stringify(tools));
  const accepted = await acceptServers({
    file: 'sharing.crew.yaml',
    values: { yes: true },
    terminal: terminal(),
  });
  writeFileSync(join(folder, 'starts'), '');
  return accepted;
}

async function open() {
  const program = await loadProgram('sharing.crew.yaml', terminal());
  const { env } = terminal();
  const opened = openTools({ folder, workspace: folder, env });
  const call = async (name: string) => {
    const tool = await opened.find(program, name);
    const signal = new AbortController().signal;
    return tool?.call({}, { workspace: folder, signal, notice: () => undefined });
  };
  return { program, call, close: opened.close };
}

describe('the MCP servers of a run', () => {
  test('are started once for all aliases that mean the same one, and with the first call only', async () => {
    await accept({ greet: { result: { said: 'hello' }, outputSchema: { type: 'object' } } });
    const { call, close } = await open();
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('');
    expect(await call('one.greet')).toEqual({ said: 'hello' });
    expect(await call('two.greet')).toEqual({ said: 'hello' });
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('hi');
    await call('other.greet');
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('hi-');
    await close();
    expect((await failureOf(call('one.greet'))).code).toBe('TOOL_FAILED');
  });

  test('may have tools with names that the language cannot say', async () => {
    await accept({
      'repo.create': { result: { at: 1 } },
      'a/b': { result: { at: 2 } },
      a_b: { result: { at: 3 } },
    });
    const { program, call, close } = await open();
    const names = program.tools.map(({ name }) => name).filter(name => name.startsWith('one.'));
    expect(names.toSorted()).toEqual([
      'one.a_b',
      expect.stringMatching(/^one\.a_b_[0-9a-f]{8}$/),
      'one.repo_create',
    ]);
    const results = await Promise.all(names.toSorted().map(call));
    expect(JSON.stringify(results)).toBe('[{"at":3},{"at":2},{"at":1}]');
    await close();
  });

  test('fail when a result does not fit, and lose only the tools whose schemas cannot be checked', async () => {
    const [accepted] = await accept({
      lies: {
        result: { said: 7 },
        outputSchema: { type: 'object', properties: { said: { type: 'string' } } },
      },
      far: { result: {}, inputSchema: { type: 'object', $ref: 'https://example.com/x.json' } },
      old: {
        result: { said: 'ok' },
        inputSchema: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
      },
    });
    expect(accepted?.added).toEqual(['lies', 'old']);
    expect(accepted?.problems.join()).toContain('"far"');
    const { call, close } = await open();
    expect((await failureOf(call('one.lies'))).message).toContain('said');
    expect(await call('one.old')).toEqual({ said: 'ok' });
    expect(await call('one.far')).toBeUndefined();
    await close();
  });
});

describe('accepting', () => {
  test('keeps servers of other crew files beside it, and forgets those that nobody declares any more', async () => {
    await accept({ greet: { result: {} } });
    const other = CREW.replaceAll('sharing', 'beside').replaceAll('server.mjs', './server.mjs');
    writeFileSync(join(folder, 'beside.crew.yaml'), other);
    await acceptServers({ file: 'beside.crew.yaml', values: { yes: true }, terminal: terminal() });
    const servers = () => Object.keys(JSON.parse(readFileSync(join(folder, 'crew.lock'), 'utf8')).servers);
    expect(servers()).toHaveLength(4);
    writeFileSync(join(folder, 'beside.crew.yaml'), other.replace(/ {2}other.*\n/, ''));
    await acceptServers({ file: 'sharing.crew.yaml', values: { yes: true }, terminal: terminal() });
    expect(servers()).toHaveLength(3);
  });

  test('puts the lock of an inner crew beside that crew', async () => {
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner/in.crew.yaml'), CREW.replace('crew: sharing', 'crew: in'));
    const outer = CREW.replace(/tools:\n( {2}.*\n)+/, '').replace(
      'phases: {',
      'phases: { in: { crew: inner/in.crew.yaml, next: done },',
    );
    writeFileSync(join(folder, 'sharing.crew.yaml'), outer.replace('start: done', 'start: in'));
    await accept({ greet: { result: {} } });
    expect(existsSync(join(folder, 'crew.lock'))).toBe(false);
    expect(existsSync(join(folder, 'inner/crew.lock'))).toBe(true);
    expect((await loadProgram('sharing.crew.yaml', terminal())).crews).toBeDefined();
  });

  test('refuses a lock that was changed, before anything is started', async () => {
    await accept({ greet: { result: {}, description: 'Greets.' } });
    const lock = join(folder, 'crew.lock');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace('Greets', 'Deletes'));
    const again = acceptServers({ file: 'sharing.crew.yaml', values: { yes: true }, terminal: terminal() });
    expect((await failureOf(again)).code).toBe('CREW_INVALID');
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('');
    expect(told).toContain('mcp-lock-broken');
  });
});
