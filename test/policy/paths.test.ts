import { describe, expect, test } from 'vitest';
import { decide } from './call.ts';

/** What `allow` and `deny` rules for `under: ./work` say of a path that is really at `real`. */
function said(path: string, real?: string): string {
  const rule = (effect: 'allow' | 'deny') =>
    decide({
      tool: 'mail.write',
      args: { path },
      user: [[effect, 'post.write', { args: { path: { kind: 'under', folder: './work' } } }]],
      ...(real === undefined ? {} : { real: { [path]: real } }),
    }).consent;
  const allowed = rule('allow') === 'allow';
  const denied = rule('deny') === 'deny';
  if (allowed !== denied) return 'unclear';
  return allowed ? 'yes' : 'no';
}

describe('a path', () => {
  test.each<readonly [string, string]>([
    ['work', 'yes'],
    ['work/', 'yes'],
    ['./work/a/b.txt', 'yes'],
    ['/work/work/a', 'yes'],
    ['work/.hidden', 'yes'],
    ['work/..a', 'yes'],
    ['', 'no'],
    ['.', 'no'],
    ['..', 'no'],
    ['../work', 'no'],
    ['works/a', 'no'],
    ['Work/a', 'no'],
    ['wоrk/a', 'no'],
    ['/etc/passwd', 'no'],
    ['work/../work/a', 'unclear'],
    ['work/../../etc/passwd', 'unclear'],
    ['a/b/../../etc/passwd', 'unclear'],
    ['~/a', 'unclear'],
    ['~root/a', 'unclear'],
    ['file:///etc/passwd', 'unclear'],
    ['C:\\work', 'unclear'],
    ['work\\..\\..\\etc', 'unclear'],
    ['work/%2e%2e/%2e%2e/etc', 'unclear'],
    ['work/a\0/../../etc', 'unclear'],
    ['work/a\n', 'unclear'],
    ['work/\ud800', 'unclear'],
    [`work/${'a/'.repeat(5000)}`, 'unclear'],
  ])('%j is under ./work: %s', (path, expected) => {
    expect(said(path)).toBe(expected);
  });

  test.each<readonly [string, string]>([
    ['/etc/passwd', 'no'],
    ['/work/works', 'no'],
    ['/work/work/../../etc', 'no'],
    ['/work/work/a/.', 'no'],
    ['/work/work', 'yes'],
    ['/work/work/deep/a', 'yes'],
  ])('that leads to %j is under ./work: %s', (real, expected) => {
    expect(said('work/link', real)).toBe(expected);
  });

  test('is not in a folder that is a link to another one', () => {
    const call = {
      tool: 'mail.write',
      args: { path: '/work/work/a' },
      user: [['allow', 'post.write', { args: { path: { kind: 'under', folder: './work' } } }]],
    } as const;
    expect(decide({ ...call, real: { './work': '/elsewhere' } }).consent).toBe('ask');
    expect(
      decide({ ...call, real: { './work': '/elsewhere', '/work/work/a': '/elsewhere/a' } }).consent,
    ).toBe('allow');
  });

  test('means nothing here to a server on the network', () => {
    const user = [['allow', 'net.write', { args: { path: { kind: 'under', folder: '.' } } }]] as const;
    expect(decide({ tool: 'web.write', args: { path: 'a' }, user }).consent).toBe('ask');
  });

  test('of a server that works in another folder leaves it in no clear way', () => {
    const user = [['allow', 'sub.write', { args: { path: { kind: 'under', folder: '.' } } }]] as const;
    expect(decide({ tool: 'sub.write', args: { path: 'a' }, user }).consent).toBe('allow');
    expect(decide({ tool: 'sub.write', args: { path: '../a' }, user }).consent).toBe('ask');
  });
});
