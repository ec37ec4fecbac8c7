import { parentPort, workerData } from 'node:worker_threads';
import { excerpt, type LineMatch } from './line-match.ts';

/** Matches lines of the texts that it is sent; its owner ends the thread when an answer takes too long. */
const regex = new RegExp(String(workerData));

parentPort?.on('message', (asked: { readonly text: string; readonly limit: number }) => {
  const matches: LineMatch[] = [];
  for (const [index, line] of asked.text.split('\n').entries()) {
    const column = line.search(regex);
    if (column < 0) continue;
    matches.push({ line: index + 1, text: excerpt(line, column) });
    if (matches.length === asked.limit) break;
  }
  parentPort?.postMessage(matches);
});
