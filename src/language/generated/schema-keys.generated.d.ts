// Written by .scripts/generate-validators.mjs; do not edit.
type KeyTable = Readonly<Record<string, readonly string[]>>;

export const PHASE_KEYS: KeyTable;
export const BRANCH_KEYS: KeyTable;
export const PLACE_KEYS: KeyTable;
export const CONFIG_KEYS: KeyTable;
export const CREWTEST_KEYS: KeyTable;
export const POLICY_KEYS: KeyTable;
export const PROMPT_KEYS: KeyTable;
