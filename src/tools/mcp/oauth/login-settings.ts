import type { McpOAuth } from '../../../model/mcp-server.ts';
import type { DocumentReader } from './read-document.ts';
import type { TokenStore } from './token-store.ts';

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
