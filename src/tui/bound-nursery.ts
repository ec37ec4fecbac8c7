import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const ENOUGH_BYTES = 12_000_000;
const LOOK_MS = 250;

/**
 * Keeps the nursery of the heap from growing beyond what frames need: V8 sizes it by the machine, and a long run would hold
 * 100 MB of what died long ago. Returns what ends the watch; a bound that was set stays.
 */
export function boundNursery(): () => void {
  const look = setInterval(() => {
    const nursery = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if ((nursery?.space_size ?? 0) < ENOUGH_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(look);
  }, LOOK_MS);
  look.unref();
  return () => clearInterval(look);
}
