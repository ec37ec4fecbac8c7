/** Keys of the language that this version knows but does not run yet, by the kind of mapping that holds them. */
const LATER_KEYS = {
  crew: ['prompts'],
  sop: [],
  role: [],
  toolset: [],
  phase: [],
  config: [],
  none: [],
} as const satisfies Record<string, readonly string[]>;

export type LaterPlace = keyof typeof LATER_KEYS;

/** Says whether a key is one of a later version at such a place. Pure. */
export function isLaterKey(place: LaterPlace, key: string): boolean {
  return (LATER_KEYS[place] as readonly string[]).includes(key);
}
