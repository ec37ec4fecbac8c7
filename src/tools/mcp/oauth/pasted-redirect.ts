import { randomInt } from 'node:crypto';
import { CrewError } from '../../../model/crew-error.ts';
import type { LoginPerson } from './login-settings.ts';

/** What a login without a way back needs, such as over ssh. */
export interface PasteOptions {
  /** Shows the address where the person logs in. */
  readonly show: (url: string) => void;
  /** Reads what the person pastes; undefined when they give up. */
  readonly paste: () => Promise<string | undefined>;
  /** The port that was agreed with the authorization server; any one when absent, nobody listens there. */
  readonly port?: number;
}

/**
 * A person whose browser is on another machine: it ends on a page that cannot be loaded, and the person pastes its address.
 * `authorize` fails with MCP_LOGIN_FAILED when what is pasted is another address.
 */
export function pastingPerson({ show, paste, port }: PasteOptions): LoginPerson {
  return {
    open: async preferred => {
      const redirectUri = portOf(preferred, port);
      const authorize = async (url: string): Promise<URLSearchParams> => {
        show(url);
        const pasted = (await paste())?.trim() ?? '';
        const address = URL.parse(pasted);
        if (address === null || `${address.origin}${address.pathname}` !== redirectUri) {
          throw new CrewError(
            'MCP_LOGIN_FAILED',
            `Expected the address of the page that begins with \`${redirectUri}?\`, found another text`,
          );
        }
        return address.searchParams;
      };
      return { redirectUri, authorize, close: async () => undefined };
    },
  };
}

const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

function portOf(preferred: string | undefined, port: number | undefined): string {
  if (port === undefined && preferred !== undefined) return preferred;
  return `http://127.0.0.1:${port ?? randomInt(FIRST_FREE_PORT, LAST_PORT + 1)}/callback`;
}
