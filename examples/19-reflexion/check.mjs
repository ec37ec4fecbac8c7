// Judges slug.mjs by examples: its last line is the share that holds, and it passes when all of them do.
import { slug } from './slug.mjs';

const examples = [
  ['Hello', 'hello'],
  ['Hello World', 'hello-world'],
  ['  Two  spaces ', 'two-spaces'],
  ['Done!', 'done'],
];
const wrong = examples.filter(([title, wanted]) => slug(title) !== wanted);
for (const [title, wanted] of wrong) console.log(`slug(${JSON.stringify(title)}) is ${slug(title)}, not ${wanted}`);
console.log(JSON.stringify({ score: 1 - wrong.length / examples.length }));
process.exit(wrong.length === 0 ? 0 : 1);
