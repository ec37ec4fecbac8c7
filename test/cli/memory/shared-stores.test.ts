import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { borrowStore } from '../../../src/cli/memory/shared-stores.ts';
import { note } from './remembering.ts';

test('a memory that cannot be packed when it is closed fails nobody; the last one that came is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crew-shared-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = join(folder, 'memory');
  const told: string[] = [];
  const first = await borrowStore(place, {}, { onNotice: text => told.push(`first ${text}`) });
  const second = await borrowStore(place, {}, { onNotice: text => told.push(`second ${text}`) });
  expect(second.store).toBe(first.store);
  await first.store.put([{ note: note('n1') }]);
  await first.release();
  rmSync(place, { recursive: true });
  await second.release();
  expect(told).toEqual([expect.stringMatching(/^second memory: it was not packed, MEMORY_UNAVAILABLE: /)]);
  expect(existsSync(place)).toBe(false);
});
