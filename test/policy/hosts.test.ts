import { expect, test } from 'vitest';
import { decide } from './call.ts';

/** What `allow` and `deny` rules for the host say of a URL: both certain, or neither sure. */
function said(url: string, host: string): string {
  const rule = (effect: 'allow' | 'deny') =>
    decide({
      tool: 'mail.fetch',
      args: { url },
      user: [[effect, 'post.fetch', { args: { url: { kind: 'host', hosts: [host] } } }]],
    }).consent;
  const allowed = rule('allow') === 'allow';
  const denied = rule('deny') === 'deny';
  if (allowed !== denied) return 'unclear';
  return allowed ? 'yes' : 'no';
}

const ROWS: readonly (readonly [url: string, host: string, said: 'yes' | 'no' | 'unclear'])[] = [
  ['https://good.example/', 'good.example', 'yes'],
  ['HTTPS://GOOD.Example:8443/x?http://evil.example#@evil', 'good.example', 'yes'],
  ['https://good.example.', 'good.example', 'yes'],
  ['https://good.example', 'good.example.', 'yes'],
  ['wss://good.example', 'good.example', 'yes'],
  ['http://good.example@evil.example/', 'good.example', 'unclear'],
  ['http://good.example@evil.example/', 'evil.example', 'unclear'],
  ['http://good.example:80@evil.example/', 'good.example', 'unclear'],
  ['http://evil.example#@good.example/', 'good.example', 'no'],
  ['http://evil.example?@good.example/', 'good.example', 'no'],
  ['http://evil.example/@good.example/', 'good.example', 'no'],
  ['http://evil.example\\@good.example/', 'good.example', 'unclear'],
  ['http:\\\\evil.example/', 'good.example', 'unclear'],
  ['http:good.example', 'good.example', 'unclear'],
  ['http:/good.example', 'good.example', 'unclear'],
  ['http:///good.example', 'good.example', 'unclear'],
  ['//good.example/', 'good.example', 'unclear'],
  ['good.example', 'good.example', 'unclear'],
  [' http://good.example', 'good.example', 'unclear'],
  ['http://good.example\n', 'good.example', 'unclear'],
  ['http://go\tod.example', 'good.example', 'unclear'],
  ['http://good.example\0.evil.example', 'good.example', 'unclear'],
  ['http://g%6fod.example/', 'good.example', 'unclear'],
  ['http://good.example%2f.evil.example/', 'good.example', 'unclear'],
  ['http://good.example。evil.example/', 'good.example', 'unclear'],
  ['http://ｇood.example/', 'good.example', 'unclear'],
  ['http://gооd.example/', 'good.example', 'no'],
  ['http://good\u00ad.example/', 'good.example', 'unclear'],
  ['http://good.example\u200b/', 'good.example', 'unclear'],
  ['http://good.example.evil.example/', 'good.example', 'no'],
  ['http://goodexample/', 'good.example', 'no'],
  ['http://good.example../', 'good.example', 'no'],
  ['ftp://good.example/', 'good.example', 'unclear'],
  ['file://good.example/etc/passwd', 'good.example', 'unclear'],
  ['javascript://good.example/%0aalert(1)', 'good.example', 'unclear'],
  ['data:text/html,x', 'good.example', 'unclear'],
  ['https://bücher.example/', 'bücher.example', 'yes'],
  ['https://xn--bcher-kva.example/', 'bücher.example', 'yes'],
  ['https://bu\u0308cher.example/', 'bücher.example', 'unclear'],
  ['http://a.good.example/', '*.good.example', 'yes'],
  ['http://good.example/', '*.good.example', 'no'],
  ['http://.good.example/', '*.good.example', 'no'],
  ['http://evilgood.example/', '*.good.example', 'no'],
  ['http://127.0.0.1/', '127.0.0.1', 'yes'],
  ['http://2130706433/', '127.0.0.1', 'yes'],
  ['http://0x7f000001/', '127.0.0.1', 'yes'],
  ['http://0177.0.0.1/', '127.0.0.1', 'yes'],
  ['http://127.1/', '127.0.0.1', 'yes'],
  ['http://127.0.0.1./', '127.0.0.1', 'yes'],
  ['http://[::ffff:127.0.0.1]/', '127.0.0.1', 'yes'],
  ['http://[::ffff:7f00:1]/', '127.0.0.1', 'yes'],
  ['http://[0:0:0:0:0:ffff:127.0.0.1]/', '127.0.0.1', 'yes'],
  ['http://[::127.0.0.1]/', '127.0.0.1', 'unclear'],
  ['http://[64:ff9b::a9fe:a9fe]/', '169.254.169.254', 'unclear'],
  ['http://[::1]/', '::1', 'yes'],
  ['http://[0:0:0:0:0:0:0:1]:80/', '[::1]', 'yes'],
  ['http://[::2]/', '::1', 'no'],
  ['http://[fe80::1%25eth0]/', 'fe80::1', 'unclear'],
  ['http://127.0.0.2/', '127.0.0.1', 'no'],
  ['http://999.1.1.1/', '127.0.0.1', 'unclear'],
  ['http://a/', 'constructor', 'no'],
];

test.each(ROWS)('whether %j is at %j: %s', (url, host, expected) => {
  const found = said(url, host);
  // A rule that is not sure allows nothing and lets nothing past.
  expect(found).toBe(expected);
});

test('a pattern that nobody can read allows nothing and lets nothing past', () => {
  expect(said('https://good.example/', 'a b')).toBe('unclear');
});
