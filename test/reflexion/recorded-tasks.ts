/** A task with what a model is to have said of it: implementations, and the reflections between them. */
export interface RecordedTask {
  readonly name: string;
  readonly prompt: string;
  /** Conditions over `f` that the model thought of, and those that count. */
  readonly ownTests: readonly string[];
  readonly realTests: readonly string[];
  readonly implementations: readonly string[];
  readonly reflections: readonly string[];
}

/** Small tasks, each with one way in which trials may go. */
export const RECORDED_TASKS: readonly RecordedTask[] = [
  {
    name: 'right-at-once',
    prompt: 'f(n) doubles n.',
    ownTests: ['f(2) === 4'],
    realTests: ['f(2) === 4', 'f(-1) === -2'],
    implementations: ['export const f = n => n * 2;'],
    reflections: [],
  },
  {
    name: 'mended-by-a-reflection',
    prompt: 'f(n) is the last digit of n.',
    ownTests: ['f(12) === 2', 'f(-13) === 3'],
    realTests: ['f(0) === 0', 'f(-27) === 7'],
    implementations: ['export const f = n => n % 10;', 'export const f = n => Math.abs(n % 10);'],
    reflections: ['A negative number has a digit, too.'],
  },
  {
    name: 'spoiled-by-a-wrong-test',
    prompt: 'f(n) keeps n between 0 and 9.',
    ownTests: ['f(5) === 5', 'f(12) === 2'],
    realTests: ['f(12) === 9', 'f(-3) === 0'],
    implementations: [
      'export const f = n => Math.min(9, Math.max(0, n));',
      'export const f = n => ((n % 10) + 10) % 10;',
    ],
    reflections: ['12 is to become 2, so take the rest.'],
  },
  {
    name: 'seen-by-no-own-test',
    prompt: 'f(n) says whether n is even.',
    ownTests: ['f(2) === true', 'f(3) === false'],
    realTests: ['f(-1) === false', 'f(0) === true'],
    implementations: ['export const f = n => n % 2 !== 1;'],
    reflections: [],
  },
  {
    name: 'mended-by-two-reflections',
    prompt: 'f(text) counts the words of a text.',
    ownTests: ['f("a b") === 2', 'f(" a  b ") === 2', 'f("") === 0'],
    realTests: ['f("one two") === 2', 'f("  ") === 0', 'f("a\\nb") === 2'],
    implementations: [
      'export const f = text => text.split(" ").length;',
      'export const f = text => text.trim().split(/ +/).length;',
      'export const f = text => text.split(/\\s+/).filter(Boolean).length;',
    ],
    reflections: ['Spaces may stand side by side and around.', 'A text without words has none.'],
  },
  {
    name: 'best-in-the-middle',
    prompt: 'f(list) is the largest number of a list.',
    ownTests: ['f([1, 3, 2]) === 3', 'f([]) === 0', 'f([-1]) === -1', 'f([4]) === 5'],
    realTests: ['f([1, 3, 2]) === 3', 'f([-2, -1]) === -1'],
    implementations: [
      'export const f = list => list.at(-1) ?? 0;',
      'export const f = list => (list.length === 0 ? 0 : Math.max(...list));',
      'export const f = list => Math.max(...list) + 1;',
    ],
    reflections: ['The last number is not the largest.', 'One number more for [4].'],
  },
  {
    name: 'hangs-at-first',
    prompt: 'f(n) counts how often n can be halved.',
    ownTests: ['f(8) === 3', 'f(0) === 0'],
    realTests: ['f(12) === 2', 'f(0) === 0'],
    implementations: [
      'export const f = n => { let k = 0; while (n % 2 === 0) { n /= 2; k += 1; } return k; };',
      'export const f = n => { let k = 0; while (n !== 0 && n % 2 === 0) { n /= 2; k += 1; } return k; };',
    ],
    reflections: ['0 can be halved for ever.'],
  },
];

/** Judges `solution.mjs` by the conditions on its standard input; its last line is the share of those that hold. */
export const JUDGE = `import { readFileSync } from 'node:fs';
import { f } from './solution.mjs';
const tests = JSON.parse(readFileSync(0, 'utf8'));
const held = tests.map(test => {
  try {
    return new Function('f', \`return \${test}\`)(f);
  } catch {
    return false;
  }
});
tests.forEach((test, index) => console.log(held[index] ? 'holds' : 'does not hold', test));
console.log(JSON.stringify({ score: held.filter(Boolean).length / held.length }));
process.exit(held.every(Boolean) ? 0 : 1);
`;
