/** Only these have hosts that all programs read alike. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:']);

/** What a URL's host certainly is; or that it is written in a way that programs read in different ways. */
export type UrlHost = { readonly host: string; readonly alike?: string } | 'unclear';

/**
 * The host of a URL in its one form: lower case, names of other scripts in punycode, addresses as dotted or shortest text
 * without brackets, without a dot at the end. `alike` is the IPv4 address that an IPv6 address only leads to in some
 * networks. Unclear: no `http`, `https`, `ws` or `wss` URL, or one with user information, backslashes, white space, escaped
 * or look-alike characters in its host. Pure.
 */
export function urlHost(text: string): UrlHost {
  const [, authority] = /^[a-z]+:\/\/([^/?#]+)/i.exec(text) ?? [];
  if (authority === undefined || HIDDEN.test(text) || !isPlain(authority)) return 'unclear';
  if (!URL.canParse(text)) return 'unclear';
  const url = new URL(text);
  if (!SCHEMES.has(url.protocol) || url.hostname === '') return 'unclear';
  return hostForm(url.hostname);
}

/**
 * Whether a host is one that a pattern means: `example.org` itself, `*.example.org` any name below it and not itself. Maybe:
 * an IPv6 address that may lead to the IPv4 address of the pattern, or a pattern that nobody can read. Pure.
 */
export function isHost(pattern: string, { host, alike }: Exclude<UrlHost, 'unclear'>): boolean | 'maybe' {
  const below = pattern.startsWith('*.');
  const named = patternHost(below ? pattern.slice(2) : pattern);
  if (named === undefined) return 'maybe';
  if (below) return host.endsWith(`.${named}`) && host.length > named.length + 1;
  if (host === named) return true;
  return alike === named ? 'maybe' : false;
}

const HIDDEN = /[\s\\\p{Cc}\p{Cf}]/u;

/** Letters, digits and what holds hosts and ports together, none of which another script maps to a second one. */
function isPlain(authority: string): boolean {
  const text = authority.toLowerCase();
  return /^[\p{L}\p{M}\p{N}.:[\]-]+$/u.test(text) && text === text.normalize('NFKC');
}

function patternHost(pattern: string): string | undefined {
  const isAddress = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(pattern);
  const text = isAddress ? `[${pattern}]` : pattern;
  if (HIDDEN.test(text) || !isPlain(text) || (!text.startsWith('[') && text.includes(':'))) return undefined;
  if (!URL.canParse(`http://${text}/`)) return undefined;
  return hostForm(new URL(`http://${text}/`).hostname).host;
}

function hostForm(hostname: string): { readonly host: string; readonly alike?: string } {
  if (!hostname.startsWith('[')) return { host: hostname.replace(/\.$/, '') };
  const host = hostname.slice(1, -1);
  const [, before = '', high = '', low = ''] = EMBEDDED.exec(host) ?? [];
  if (before === '') return { host };
  const address = [high, low].flatMap(octets).join('.');
  return before === '::ffff:' ? { host: address } : { host, alike: address };
}

/** IPv6 addresses that hold an IPv4 address: mapped, compatible, and behind the well-known prefix of NAT64. */
const EMBEDDED = /^(::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

function octets(group: string): readonly number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
