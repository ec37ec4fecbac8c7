/** What a server says with a 401 or 403 about how to be let in. All of it is foreign text. */
export interface Challenge {
  /** Where its metadata is (RFC 9728); only http and https addresses are kept. */
  readonly resourceMetadata?: string;
  /** The scopes that the refused request needs, separated by spaces. */
  readonly scope?: string;
  /** An error code of RFC 6750, such as `insufficient_scope`. */
  readonly error?: string;
}

const PARAMETER = /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
const LONGEST = 8192;

/**
 * Reads the Bearer challenge out of a `WWW-Authenticate` header. A header without one, and parts that cannot be read, say
 * nothing; of a parameter that is given twice the first counts. Pure.
 */
export function readChallenge(header: string | null): Challenge {
  if (header === null || header.length > LONGEST) return {};
  const start = /(?:^|,)\s*Bearer(?=\s|,|$)/i.exec(header);
  if (start === null) return {};
  const rest = header.slice(start.index + start[0].length);
  const said = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of ownParameters(rest).matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (!said.has(key)) said.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  const metadata = said.get('resource_metadata');
  const scope = said.get('scope')?.trim();
  const error = said.get('error');
  return {
    ...(metadata !== undefined && isWebAddress(metadata) ? { resourceMetadata: metadata } : {}),
    ...(scope ? { scope } : {}),
    ...(error ? { error } : {}),
  };
}

/** Cuts where the challenge of another scheme begins: a word after a comma that no `=` follows. */
function ownParameters(text: string): string {
  const next = /,\s*[a-z0-9_-]+(?=\s+[^\s=,]|\s*,|\s*$)(?!\s*=)/i.exec(withoutQuoted(text));
  return next === null ? text : text.slice(0, next.index);
}

/** The same length, with nothing in quotes that could be taken for a scheme. */
function withoutQuoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, quoted => `"${'x'.repeat(quoted.length - 2)}"`);
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}
