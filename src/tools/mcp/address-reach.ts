import { BlockList, isIP } from 'node:net';

/**
 * Where an address leads: the open internet, a private network, this machine, or nowhere that a foreign text may send us
 * (link-local with the metadata servers of clouds, NAT64 and other addresses inside addresses, multicast, reserved).
 */
export type Reach = 'public' | 'private' | 'loopback' | 'refused';

/** Metadata servers outside the link-local range: Alibaba, Oracle, AWS and Google over IPv6. */
const METADATA = listOf(['100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']);
const LOOPBACK = listOf(['127.0.0.0/8', '::1/128']);
const PRIVATE = listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
/** What is no address of one machine on the internet; IPv6 is refused unless it is global unicast. */
const SPECIAL = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);
const GLOBAL_UNICAST = listOf(['2000::/3']);

/** The reach of an IP address in its usual spelling; what is no IP address is refused. Pure. */
export function addressReach(address: string): Reach {
  const version = isIP(address);
  // A zone (`fe80::1%eth0`) names an interface of this machine, and a mapped address another one inside it.
  if (version === 0 || address.includes('%') || isMapped(address)) return 'refused';
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (METADATA.check(address, family)) return 'refused';
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (PRIVATE.check(address, family)) return 'private';
  if (SPECIAL.check(address, family)) return 'refused';
  return family === 'ipv4' || GLOBAL_UNICAST.check(address, family) ? 'public' : 'refused';
}

/** The IP address that a URL's host is, without brackets; undefined when it is a name. Pure. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

/** `BlockList` takes a mapped address for the IPv4 address inside it, which would make it look harmless. */
function isMapped(address: string): boolean {
  return isIP(address) === 6 && new URL(`http://[${address}]`).hostname.startsWith('[::ffff:');
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
