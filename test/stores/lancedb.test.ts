import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';
import { memoryStoreContract } from '../contracts/memory-store.ts';

memoryStoreContract('LanceDB in a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crewfile-memory-'));
  const place = join(folder, '.crew', 'memory');
  return {
    open: () => openLanceStore({ place, redactedPlace: '.crew/memory', env: {} }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
    shared: true,
  };
});
