import { createInMemoryStore } from '../../src/stores/in-memory.ts';
import { memoryStoreContract } from '../contracts/memory-store.ts';

memoryStoreContract('in memory', async () => ({
  open: async () => createInMemoryStore(),
  remove: async () => {},
  shared: false,
}));
