type Environment = { readonly [name: string]: string | undefined };

/** The environment variables of providers that are reached over the network, by what stands before the colon. */
export const PROVIDER_KEYS: {
  readonly [provider: string]: { readonly key: string; readonly url: string };
} = {
  openai: { key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL' },
  anthropic: { key: 'ANTHROPIC_API_KEY', url: 'ANTHROPIC_BASE_URL' },
};

/** The value of a variable, without blanks around it; undefined for one of blanks alone. Pure. */
export function variableOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** What stands before the colon of `provider:name`. Pure. */
export function providerOf(use: string): string {
  return use.split(':', 1)[0] ?? use;
}

/** The variables of which a model needs one and has none; undefined when it can be asked. Pure. */
export function missingKey(
  use: string,
  env: Environment,
): { readonly key: string; readonly url: string } | undefined {
  const provider = providerOf(use);
  const names = Object.hasOwn(PROVIDER_KEYS, provider) ? PROVIDER_KEYS[provider] : undefined;
  if (names === undefined) return undefined;
  const isThere = [names.key, names.url].some(name => variableOf(env, name) !== undefined);
  return isThere ? undefined : names;
}
