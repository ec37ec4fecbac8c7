import { afterAll, expect, test } from 'vitest';
import type { TestRepository } from '../git-repository.ts';
import { places, repositoryWithChange, reviewIn } from './review-call.ts';

const repositories: TestRepository[] = [];
afterAll(() => {
  for (const repository of repositories) repository.dispose();
});

async function secretsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const repository = repositoryWithChange({ 'start.txt': '' }, { 'start.txt': '', ...files });
  repositories.push(repository);
  return places((await reviewIn(repository.path).report('security')).findings);
}

const head = `-----BEGIN ${'PRIVATE'} KEY-----`;
const tail = `-----END ${'PRIVATE'} KEY-----`;
const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'.repeat(3);

test('a private key whose body is put in at run time is no secret, one that is written out is', async () => {
  const found = await secretsIn({
    'src/a.ts': `export const a = \`${head}\n\${base64Key}\n${tail}\`;\n`,
    'src/b.ts': `export const b = \`${head}\\n\${base64Key}\\n${tail}\`;\n`,
    'src/c.js': `module.exports = '${head}\\n' + key + '\\n${tail}';\n`,
    'src/d.py': `d = f"""${head}\n{key}\n${tail}"""\n`,
    'src/e.ts': `export const e = \`${head}\n${body}\n${tail}\`;\n`,
    'src/f.pem': `${head}\n${body}\n${tail}\n`,
    'src/g.ts': `export const g = '${head}\\n${body}\\n${tail}';\n`,
    'src/h.ts': `export const h = \`${head}\n\${base64Key}\n${tail}\`;\nexport const i = \`${head}\n${body}\n${tail}\`;\n`,
  });
  expect(found.map(place => place.split(' ')[0])).toEqual([
    'src/e.ts:1',
    'src/f.pem:1',
    'src/g.ts:1',
    'src/h.ts:4',
  ]);
});

test('credentials in addresses that only show the form are no secret, real ones are', async () => {
  const address = (user: string, rest: string) => `https://${user}:${rest}`;
  const found = await secretsIn({
    'src/a.ts': [
      address('user', 'pass@proxy.corp.com'),
      address('user', 'password@real.io'),
      address('username', 'password@real.io/x'),
      address('ada', 'k3Zp9Qw1@example.com'),
      address('ada', 'k3Zp9Qw1@192.168.1.5:8080'),
      address('ada', 'k3Zp9Qw1@10.0.0.1'),
      address('ada', 'k3Zp9Qw1@localhost:3000'),
    ]
      .map((url, index) => `export const u${index} = '${url}';\n`)
      .join(''),
    'docs/b.md': `Use ${address('ada', 'lovelace@host.io')} here.\n`,
    'test/c.test.ts': `fetch('${address('ada', 'lovelace@host.io')}');\n`,
    'src/d.ts': `export const d = '${address('ada', 'k3Zp9Qw1rT@api.acme.io')}';\n`,
    'src/e.ts': `export const e = ['${address('user', 'pass@a.io')}', '${address('ada', 'k3Zp9Qw1rT@b.io')}'];\n`,
  });
  expect(found.map(place => place.split(' ')[0])).toEqual(['src/d.ts:1', 'src/e.ts:1']);
});
