import { describe, expect, test } from 'vitest';
import { blankSource } from './architecture/blank-source.ts';
import { breachLine, findBreaches } from './architecture/find-breaches.ts';
import { ROOMS } from './architecture/house.ts';
import { readImports } from './architecture/read-imports.ts';
import { readTree } from './architecture/read-tree.ts';

const ROOT = new URL('..', import.meta.url).pathname;

test('this repository is built as src/README.md says', () => {
  const tree = readTree(ROOT);
  expect(tree.size).toBeGreaterThan(100);
  expect(findBreaches(tree).map(breachLine)).toEqual([]);
});

test('the table of rooms in src/README.md is the one that is enforced', () => {
  const page = readTree(ROOT).get('src/README.md') ?? '';
  const rows = page.split('\n').flatMap(line => {
    const [, names = '', , may = ''] = line.split('|').map(cell => cell.trim());
    const rooms = [...names.matchAll(/`([a-z]+)`/g)].map(([, name = '']) => name);
    return rooms.map(room => [room, may === 'all' ? 'all' : may === '–' ? [] : may.split(', ')] as const);
  });
  const enforced = [...ROOMS].map(([room, { may }]) => [room, may] as const);
  const known = rows.filter(([room]) => ROOMS.has(room));
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(enforced));
});

/** One planted breach each: the file that breaks a rule, and where the rule must point. */
const PLANTED: readonly (readonly [rule: string, line: number, path: string, text: string])[] = [
  [
    'import-table',
    2,
    'src/model/word.ts',
    "import './other.ts';\nimport { decide } from '../runtime/decide.ts';\n",
  ],
  ['import-table', 1, 'src/providers/wire.ts', "export * from '../tools/catalog.ts';\n"],
  ['import-table', 1, 'src/reporters/plain.ts', "import type { Tool } from '../ports/tool.ts';\n"],
  [
    'import-table',
    3,
    'src/policy/budget.ts',
    "import {\n  a,\n} from './a.ts';import { b } from '../ports/b.ts';\n",
  ],
  ['import-table', 1, 'src/model/word.ts', "import { helper } from '../../test/helper.ts';\n"],
  ['unknown-room', 1, 'src/cellar/wine.ts', ''],
  ['package-door', 1, 'src/runtime/loop.ts', "import { parse } from 'yaml';\n"],
  ['package-door', 1, 'src/cli/main.ts', "import type { Body } from 'openai/resources/chat';\n"],
  ['unknown-package', 1, 'src/tools/left.ts', "import pad from 'left-pad';\n"],
  ['unknown-package', 1, 'src/tools/left.ts', "import { a } from '@scope/left/pad';\n"],
  ['world-inside', 1, 'src/language/read.ts', "import { readFileSync } from 'node:fs';\n"],
  ['world-inside', 1, 'src/reporters/read.ts', "import { writeSync } from 'node:fs';\n"],
  ...[
    'process.exit()',
    'console.log(1)',
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'Math.random()',
    'setTimeout(go, 1)',
    "fetch('x')",
    'performance.now()',
    'globalThis',
    'import.meta.url',
    'ready ? fetch : undefined',
    '`at ${Date.now()}`',
  ].map(code => ['world-inside', 2, 'src/runtime/loop.ts', `// one line\nconst now = ${code};\n`] as const),
  ['dynamic-import', 1, 'src/cli/main.ts', "const a = await import('./a.ts');\n"],
  ['dynamic-import', 1, 'src/tools/a.ts', "const a = await import('./b.ts');\n"],
  ['dynamic-import', 1, 'src/cli/wire.ts', 'const a = await import(name);\n'],
  ['import-extension', 1, 'src/model/word.ts', "import { a } from './a.js';\n"],
  ['default-export', 1, 'src/model/word.ts', 'export default 1;\n'],
  ['default-export', 2, 'src/model/word.ts', 'const a = 1;\nexport { a as default };\n'],
  ['class', 2, 'src/runtime/loop.ts', '/** Runs. */\nexport class RunLoop {}\n'],
  ['class', 1, 'src/runtime/loop.ts', 'class Loop extends Base {}\n'],
  ['docstring', 3, 'src/model/word.ts', '/** One. */\nexport const one = 1;\nexport const two = 2;\n'],
  ['docstring', 2, 'src/model/word.ts', '// Adds.\nexport async function add() {}\n'],
  ['docstring', 2, 'src/model/word.ts', '/* Adds. */\nexport interface Sum {}\n'],
  ['file-length', 401, 'src/model/word.ts', 'const a = 1;\n'.repeat(402)],
  ['empty-word', 1, 'src/model/string-utils.ts', ''],
  ['empty-word', 1, 'src/model/common/word.ts', ''],
  ['kebab-case', 1, 'src/model/bigWord.ts', ''],
  ['kebab-case', 1, 'test/model/big_word.test.ts', ''],
  ['plain-javascript', 1, 'src/model/word.mjs', ''],
  ['room-card', 1, 'src/tools/README.md', 'moved away'],
  ['card-length', 31, 'src/model/README.md', 'line\n'.repeat(31)],
  ['card-length', 41, 'src/decisions/0099-long.md', 'line\n'.repeat(41)],
  ['top-level', 1, 'docs', ''],
  ['dependency-reason', 3, 'package.json', '{\n"dependencies": {\n"yaml": "1"\n} }'],
  ['dependency-reason', 3, 'package.json', '{\n"peerDependencies": {\n"yaml": "1"\n} }'],
  ['dependency-reason', 3, 'package.json', '{\n"dependencyReasons": {\n"gone": "was needed"\n} }'],
  [
    'unknown-package',
    2,
    'package.json',
    '{ "dependencies": {\n"left-pad": "1" }, "dependencyReasons": { "left-pad": "x" } }',
  ],
];

describe('a planted breach is found', () => {
  const sound = new Map([
    ['package.json', '{ "dependencies": { "yaml": "2" }, "dependencyReasons": { "yaml": "reads crews" } }'],
    ['src/index.ts', "export { main } from './cli/main.ts';\n"],
    ...['model', 'policy', 'tools', 'runtime', 'cli', 'language', 'providers', 'reporters'].flatMap(room => [
      [`src/${room}/README.md`, `# ${room}\n`] as const,
      [`src/${room}/sound.ts`, '/** Right. */\nexport const right = true;\n'] as const,
    ]),
    ['src/cellar/README.md', '# cellar\n'],
  ]);

  test('in none of the sound files around it', () => expect(findBreaches(sound)).toEqual([]));

  test.each(PLANTED)('%s at line %i of %s', (rule, line, path, text) => {
    const tree = new Map(sound).set(rule === 'top-level' ? `${path}/a.md` : path, text);
    if (rule === 'room-card') tree.delete(path);
    expect(findBreaches(tree).map(breach => [breach.rule, breach.line, breach.file])).toEqual([
      [rule, line, path],
    ]);
  });
});

test.each([
  ['a key', 'const a = { process: 1, fetch: 2 };'],
  ['a field', 'options.fetch(a.process, world.performance);'],
  ['a date from a number', 'const day = new Date(fact.at);'],
  ['a comment', '/* Date.now() */ // Math.random()'],
  ['a string', 'const a = \'process.env\' + "fetch(" + `console ${a} setTimeout`;'],
  ['a regular expression', 'const a = /process|"fetch\\/[/"]/g; const b = a / 2;'],
  ['what every JavaScript has', 'new AbortController(); new TextEncoder(); new URL(a);'],
  ['a word that only begins so', 'const fetched = processed + consoles;'],
])('the world is not seen in %s', (_name, code) => {
  const tree = new Map([
    ['src/model/README.md', ''],
    ['src/model/word.ts', code],
  ]);
  expect(findBreaches(tree).map(breachLine)).toEqual([]);
});

test('imports are read from code, and from nothing that only looks like it', () => {
  const source = [
    "import a from 'a';",
    "import type { B } from 'b';",
    'import {\n  c,\n  type D,\n} from "c";',
    "import 'e';",
    "export * from 'f';",
    "export { g as h } from 'g';",
    "import * as i from 'i';",
    "import prices from './prices.json' with { type: 'json' };",
    "type J = typeof import('j');",
    "const k = await import('k');",
    "// import x from 'no-comment';",
    "/* import x from 'no-block'; */",
    'const text = "import x from \'no-string\'";',
    "const template = `import x from 'no-template' ${call(`inner ${1}`)} import y from 'no-tail'`;",
    "export const from = 'no-constant';",
    "export type L = 'no-type';",
    "const url = import.meta.resolve('no-meta');",
    "const regex = /import x from 'no-regex'/;",
  ].join('\n');
  const imports = readImports(blankSource(source));
  expect(imports.map(each => `${each.kind} ${each.specifier}:${each.line}`)).toEqual([
    'static a:1',
    'static b:2',
    'static c:3',
    'static e:7',
    'static f:8',
    'static g:9',
    'static i:10',
    'static ./prices.json:11',
    'type j:12',
    'dynamic k:13',
  ]);
});
