import type { Terminal } from './command.ts';

/** The terminal of a command that asks no model, so that it needs no key: a word stands in for one that is not set. Pure. */
export function withoutNeedOfKeys(terminal: Terminal): Terminal {
  const stand = { OPENAI_API_KEY: 'not needed', ANTHROPIC_API_KEY: 'not needed' };
  return { ...terminal, env: { ...stand, ...definedOnly(terminal.env) } };
}

function definedOnly(env: Terminal['env']): Terminal['env'] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}
