import type { Policy } from '../model/policy.ts';
import { hashPolicy } from './hash-policy.ts';

const BUILT_IN: Omit<Policy, 'hash'> = { default: 'ask', nonInteractive: 'pause', servers: {}, rules: [] };

/** What holds where the user has written no policy: what changes nothing is allowed, everything else is asked about. */
export const DEFAULT_POLICY: Policy = { ...BUILT_IN, hash: hashPolicy(BUILT_IN) };
