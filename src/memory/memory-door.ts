import type { MemoryWriteEffect } from '../model/effect.ts';
import type { MemoryWritten, Recalled, RecallRequest } from '../model/recall.ts';

/**
 * The memory of one run as its executor reaches it. Fails with MEMORY_*, EMBEDDER_UNAVAILABLE, or as a provider of vectors
 * does. A write that is repeated under its key changes nothing.
 */
export interface MemoryDoor {
  recall(request: RecallRequest, signal: AbortSignal): Promise<Recalled>;
  write(effect: MemoryWriteEffect, signal: AbortSignal): Promise<MemoryWritten>;
}
