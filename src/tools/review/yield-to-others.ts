import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 25;
let sliceStart = 0;

/** Lets timers, input and other tools run when this process has computed for 25 ms without a pause. */
export async function yieldToOthers(): Promise<void> {
  if (performance.now() - sliceStart < SLICE_MS) return;
  await setImmediate();
  sliceStart = performance.now();
}
