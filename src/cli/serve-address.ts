import { CrewError } from '../model/crew-error.ts';
import { type FlagValues, textFlag } from './command.ts';

/** Where a server listens, and for whom. */
export interface ServeAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly loopback: boolean;
  /** The path of the endpoint. */
  readonly path: string;
  readonly oauth?: { readonly issuer: string; readonly resource: string };
}

const DEFAULT_PATH = '/mcp';

/**
 * Reads `--http`, `--oauth-issuer` and `--oauth-resource`; undefined for stdio. Fails with USAGE, also for an address that
 * others can reach without OAuth. Pure.
 */
export function readServeAddress(values: FlagValues): ServeAddress | undefined {
  const text = textFlag(values, 'http');
  const oauth = readOAuth(values);
  if (text === undefined) {
    if (oauth !== undefined) throw new CrewError('USAGE', '`--oauth-issuer` is for `--http HOST:PORT`');
    return undefined;
  }
  if (values.stdio === true) throw new CrewError('USAGE', 'choose one of `--stdio` and `--http`');
  const [, bracketed, plain, digits = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(digits) > 65_535) {
    throw new CrewError('USAGE', `\`--http ${text}\`: expected HOST:PORT, such as 127.0.0.1:8808`);
  }
  const loopback = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  if (!loopback && oauth === undefined) {
    throw new CrewError(
      'USAGE',
      `\`--http ${text}\`: others can reach that address, so it needs \`--oauth-issuer\` and \`--oauth-resource\`; without them only 127.0.0.1, ::1 and localhost are served`,
    );
  }
  const path = oauth === undefined ? DEFAULT_PATH : new URL(oauth.resource).pathname;
  return { host, port: Number(digits), loopback, path, ...(oauth === undefined ? {} : { oauth }) };
}

function readOAuth(values: FlagValues): ServeAddress['oauth'] {
  const issuer = textFlag(values, 'oauth-issuer');
  const resource = textFlag(values, 'oauth-resource');
  if (issuer === undefined && resource === undefined) return undefined;
  if (issuer === undefined || resource === undefined) {
    throw new CrewError('USAGE', '`--oauth-issuer` and `--oauth-resource` go together');
  }
  checkUrl('--oauth-issuer', issuer);
  checkUrl('--oauth-resource', resource);
  return { issuer, resource };
}

/** Plain http only on this machine: tokens and keys must not be read or changed on their way. */
function checkUrl(flag: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && local);
  if (safe && url.search === '' && url.hash === '' && url.username === '') return;
  throw new CrewError('USAGE', `\`${flag} ${text}\`: expected an https address without query and fragment`);
}
