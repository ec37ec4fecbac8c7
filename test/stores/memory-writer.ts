// A process that writes to a memory: `node memory-writer.ts PLACE PREFIX NOTES BATCH`. A line on stdout says what was
// acknowledged, at once, so that whoever kills this process knows what must be there.
import { writeSync } from 'node:fs';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { noteOf } from '../contracts/memory-notes.ts';

const [place = '', prefix = '', notes = '0', batch = '1'] = process.argv.slice(2);
const store = await openLanceStore({ place, redactedPlace: 'memory', env: {} });
const say = (line: string): void => void writeSync(1, `${line}\n`);
const scope = `run:${prefix}`;
const size = Number(batch);
say('open');
for (let from = 0; from < Number(notes); from += size) {
  const ids = Array.from({ length: size }, (_, at) => `${prefix}-${from + at}`);
  const first = await store.nextSeq('crew:demo', size);
  await store.put(
    ids.map((id, at) => ({ note: noteOf(id, { scope, seq: first + at, text: `word of ${prefix}` }) })),
  );
  say(`put ${ids.join(' ')}`);
  if (from % (8 * size) !== 0) continue;
  say(`bump ${await store.bump(prefix, 1)}`);
  await store.change(ids.slice(0, 1), { importance: 1 });
  say(`changed ${ids[0]}`);
}
await store.close();
say('closed');
