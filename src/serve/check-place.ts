import { isLoopbackHost } from '../model/loopback-host.ts';
import type { Refusal } from './gate.ts';

/** The names under which a server may be called: its `host:port` behind loopback names, and those it is public under. */
export interface Place {
  readonly loopback: boolean;
  readonly publicOrigins: readonly string[];
}

/**
 * Refuses requests that a foreign web page makes a browser send (DNS rebinding): those that name another host than ours,
 * and those of another origin. Pure.
 */
export function checkPlace(
  headers: { readonly host: string | undefined; readonly origin: string | undefined },
  place: Place,
): Refusal | undefined {
  const { host, origin } = headers;
  const hosts = place.publicOrigins.map(each => new URL(each).host);
  if (host === undefined || !(hosts.includes(host) || (place.loopback && isLoopbackHost(nameOf(host))))) {
    return { status: 403, message: 'the Host header names another server' };
  }
  if (origin === undefined || place.publicOrigins.includes(origin)) return undefined;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const ours =
    place.loopback && url !== undefined && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname);
  return ours ? undefined : { status: 403, message: 'requests of that origin are not served' };
}

function nameOf(host: string): string {
  return /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host)?.[1]?.toLowerCase() ?? '';
}
