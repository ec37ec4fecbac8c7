import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readClues } from '../../src/tools/change/read-clues.ts';
import { makeFolder } from './git-repository.ts';

let folder: string;

beforeAll(() => {
  folder = makeFolder();
  for (const path of ['src/a.ts', 'test/test_b.py', 'c_test.go', 'src/lib.rs', 'node_modules/x/i.js']) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
});

test.each<[string, string, readonly string[], readonly string[]]>([
  [
    'node',
    '✖ adds (1.49ms)\n✖ failing tests:\n  AssertionError [ERR_ASSERTION]: Expected values to be equal:\n    at f (file:///x/y.js:1:1)\n    at g (src/a.ts:6:10)\n    at h (node:internal/x:2:3)\n',
    ['✖ adds', 'AssertionError [ERR_ASSERTION]: Expected values to be equal:'],
    ['src/a.ts:6'],
  ],
  ['TAP', 'ok 1 - a\nnot ok 2 - b\n', ['not ok 2 - b'], []],
  [
    'vitest',
    ' FAIL  src/a.ts > adds\nAssertionError: expected 1 to be 2\n ❯ src/a.ts:4:3\n ❯ node_modules/x/i.js:1:1\n',
    ['FAIL  src/a.ts > adds', 'AssertionError: expected 1 to be 2'],
    ['src/a.ts:4'],
  ],
  [
    'pytest',
    'E       assert 1 == 2\n\ntest/test_b.py:12: AssertionError\n  File "test/test_b.py", line 3, in f\nFAILED test/test_b.py::t\n',
    ['E       assert 1 == 2', 'FAILED test/test_b.py::t'],
    ['test/test_b.py:12', 'test/test_b.py:3'],
  ],
  [
    'go',
    '--- FAIL: TestX (0.00s)\n    c_test.go:12: got 1\nFAIL\n',
    ['--- FAIL: TestX', 'FAIL'],
    ['c_test.go:12'],
  ],
  [
    'cargo',
    "thread 'main' panicked at src/lib.rs:3:5:\nassertion failed\n  left: 1\n right: 2\n",
    ["thread 'main' panicked at src/lib.rs:3:5:", 'left: 1', 'right: 2'],
    ['src/lib.rs:3'],
  ],
  ['nothing to say', 'all is well\n12:30 and http://example.com:80/x\n', [], []],
  ['paths out of the folder', '../../etc/passwd.txt:1 /etc/hosts.conf:2 ~/.x.js:1\n', [], []],
])('what %s prints', async (_, output, messages, places) => {
  const clues = await readClues(output, folder);
  expect(clues.messages).toEqual(messages);
  expect(clues.places.map(({ path, line }) => `${path}:${line}`)).toEqual(places);
});

test('a flood of lines gives at most twenty of each', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `Error: ${at} at src/a.ts:${at + 1}`);
  const clues = await readClues(lines.join('\n'), folder);
  expect(clues.messages).toHaveLength(20);
  expect(clues.places).toHaveLength(20);
});

test('lines without an end take no time that grows with their square', async () => {
  const long = ['a', 'src/a.ts:', '(', 'File "', '.', '[9'].map(piece => piece.repeat(300_000));
  expect(await readClues(long.join('\n'), folder)).toEqual({ messages: [], places: [] });
});
