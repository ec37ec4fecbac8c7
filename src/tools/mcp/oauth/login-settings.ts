import type { McpOAuth } from '../../../model/mcp-server.ts';
import type { DocumentReader } from './read-document.ts';
import type { Grant, TokenStore } from './token-store.ts';

/** Where a person who was sent to an authorization server comes back to. */
export interface Redirection {
  readonly redirectUri: string;
  /** Shows an http or https address to the person; resolves with the parameters that they came back with. */
  readonly authorize: (url: string, state: string) => Promise<URLSearchParams>;
  readonly close: () => Promise<void>;
}

/** Somebody who can log in now. `preferred` is the address that was registered before, to be taken again if it is free. */
export interface LoginPerson {
  readonly open: (preferred: string | undefined) => Promise<Redirection>;
}

/** What all steps of a login need. */
export interface LoginSettings {
  readonly reader: DocumentReader;
  readonly oauth: McpOAuth;
  readonly clientSecret: string | undefined;
  readonly store: TokenStore;
  readonly person: LoginPerson | undefined;
  /** Scopes to ask for beside all others. */
  readonly moreScopes: readonly string[] | undefined;
  readonly now: () => number;
}

/**
 * Whose tokens the settings ask for. A client that is named by its document may have been registered instead, so both are
 * found for us. Pure.
 */
export function holderOf({ oauth: { clientId, flow } }: Pick<LoginSettings, 'oauth'>): Grant['holder'] {
  if (clientId === undefined || clientId.startsWith('https:')) return 'found';
  return flow === 'client_credentials' ? 'itself' : 'named';
}

/** Whether a grant is the one that the settings ask for. Pure. */
export function isGrantFor(grant: Grant, settings: Pick<LoginSettings, 'oauth' | 'reader'>): boolean {
  const { oauth, reader } = settings;
  const holder = holderOf(settings);
  const isClient = holder === 'found' || grant.clientId === oauth.clientId;
  return grant.server === reader.server && grant.holder === holder && isClient;
}
