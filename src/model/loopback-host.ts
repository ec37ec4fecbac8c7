/**
 * Whether the host of an address, as `URL.hostname` gives it, is this machine whatever a name server says. Only there may
 * plain `http:` carry tokens and keys. Pure.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
