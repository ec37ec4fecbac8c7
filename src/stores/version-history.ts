/** Values by key, as they are and as they were. */
export interface VersionHistory<Value> {
  get(key: string, at?: number): Value | undefined;
  values(at?: number): readonly Value[];
  set(key: string, value: Value, version: number): void;
  /** Takes keys away out of all versions. */
  erase(keys: readonly string[]): void;
  /** Drops what only versions before `floor` saw. */
  prune(floor: number): void;
}

/** Keeps each value that a key ever had with the version that it came with; a version costs what was changed in it. */
export function createVersionHistory<Value>(): VersionHistory<Value> {
  const histories = new Map<string, readonly { readonly version: number; readonly value: Value }[]>();
  const get = (key: string, at = Number.POSITIVE_INFINITY): Value | undefined =>
    histories.get(key)?.findLast(entry => entry.version <= at)?.value;
  return {
    get,
    values: at => [...histories.keys()].map(key => get(key, at)).filter(value => value !== undefined),
    set(key, value, version) {
      histories.set(key, [...(histories.get(key) ?? []), { version, value }]);
    },
    erase(keys) {
      for (const key of keys) histories.delete(key);
    },
    prune(floor) {
      for (const [key, entries] of histories) {
        const first = entries.findLastIndex(entry => entry.version <= floor);
        if (first > 0) histories.set(key, entries.slice(first));
      }
    },
  };
}
