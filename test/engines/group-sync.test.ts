import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGroupSync } from '../../src/engines/group-sync.ts';

test('all who ask while a sync is under way share the next one, and are told in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crewfile-sync-'));
  try {
    const path = join(folder, 'log');
    writeFileSync(path, 'text');
    const sync = createGroupSync(path);
    const told: number[] = [];
    const asked = [1, 2, 3, 4].map(nth => sync.flush().then(() => told.push(nth)));
    const later = sync.flush();
    expect(later).toBe(sync.flush());
    await Promise.all(asked);
    expect(told).toEqual([1, 2, 3, 4]);
    const last = sync.flush();
    sync.close();
    await expect(last).resolves.toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a disk that fails is told to whoever asked', async () => {
  const sync = createGroupSync(join(tmpdir(), 'crewfile-there-is-no-such-file'));
  await expect(sync.flush()).rejects.toThrow('ENOENT');
});
