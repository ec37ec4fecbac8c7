/**
 * Draws one of a list by a seed: the same seed draws the same one, on every machine and at every replay. All are about
 * as likely. It is no secret: who knows the seed knows the draw. Pure. Sources: FNV-1a, and the finalizer of MurmurHash3.
 */
export function draw<Item>(items: readonly Item[], seed: string): Item | undefined {
  return items[hashOf(seed) % Math.max(1, items.length)];
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
