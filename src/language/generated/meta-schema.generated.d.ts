// Written by .scripts/generate-validators.mjs; do not edit.
import type { Validate } from '../validate.ts';

export const metaSchema: Validate;
