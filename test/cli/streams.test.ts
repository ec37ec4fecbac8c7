import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crew, crewProgram, reviewCrew } from '../e2e/crew-process.ts';
import { makePlantedRepository } from '../e2e/planted-repository.ts';
import { makeFolder, type TestRepository } from '../tools/git-repository.ts';

let repository: TestRepository;
let stateDir: string;

beforeAll(() => {
  repository = makePlantedRepository();
  stateDir = makeFolder();
});

afterAll(() => {
  repository.dispose();
  rmSync(stateDir, { recursive: true, force: true });
});

/** Runs a shell line in which `crew` is the product, and gives what it printed and the exit code of the product. */
async function shell(
  line: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const program = `crew() { '${process.execPath}' '${crewProgram()}' "$@"; }; ${line}`;
  const ran = promisify(execFile)('bash', ['-c', program], {
    cwd: repository.path,
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
  });
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

const run = (flags = '') => `crew run '${reviewCrew()}' --state-dir '${stateDir}' ${flags}`;

describe.concurrent('output that nobody takes', () => {
  test('a reader that leaves after one line ends the program quietly', async () => {
    const { stdout, stderr } = await shell(`${run('--output ndjson -q')} | head -1`);
    expect(JSON.parse(stdout).type).toBe('run.started');
    expect(stderr).not.toMatch(/EPIPE|error|^\s+at /m);
  });

  test('closed progress does not stop the review', async () => {
    const { code, stdout } = await shell(run('2>&-'));
    expect([code, stdout.split('\n')[0]]).toEqual([0, '# Review: changes requested']);
  });

  test('a reader of progress that leaves does not stop the review', async () => {
    const { code, stdout } = await shell(
      `set -o pipefail; { ${run('--fail-on major')} 2>&1 1>&3 | head -1 >&2; } 3>&1`,
    );
    expect([code, stdout.split('\n')[0]]).toEqual([1, '# Review: changes requested']);
  });

  test('a full disk behind stdout is a coded error', async () => {
    if (!existsSync('/dev/full')) return;
    const { code, stderr } = await shell(run('-q > /dev/full'));
    expect(code).toBe(3);
    expect(stderr).toContain('FILE_UNWRITABLE');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe.concurrent('a workspace', () => {
  test('stays untouched with --state-dir', async () => {
    await shell(run('-q'));
    expect(existsSync(join(repository.path, '.crew'))).toBe(false);
    expect(repository.git('status', '--porcelain', '--ignored')).toBe('');
  });

  test('gets a state folder that git ignores without it', async () => {
    const other = makePlantedRepository();
    await crew(['run', reviewCrew(), '-q'], { from: other.path });
    expect(existsSync(join(other.path, '.crew/runs.db'))).toBe(true);
    expect(other.git('status', '--porcelain')).toBe('');
    other.dispose();
  });
});

describe('a budget', () => {
  test('that is used up exits with 4, and a resume with a higher one ends the run', async () => {
    const folder = makeFolder();
    const call = { from: repository.path };
    const refused = await crew(['run', reviewCrew(), '--state-dir', folder, '--max-calls', '1'], call);
    expect([refused.code, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('PLAN_OVER_BUDGET');
    const limited = ['--max-calls', '1', '--allow-over-plan', '--state-dir', folder];
    const first = await crew(['run', reviewCrew(), ...limited], call);
    expect([first.code, first.stdout]).toEqual([4, '']);
    expect(first.stderr).toContain('BUDGET_EXCEEDED');
    const runId = /crew resume ([0-9a-f]{12})/.exec(first.stderr)?.[1] ?? 'none';
    expect(first.stderr.trimEnd()).toMatch(new RegExp(`crew resume ${runId} --state-dir ${folder}$`));
    const same = await crew(['resume', runId, '--state-dir', folder], call);
    expect([same.code, same.stdout]).toEqual([4, '']);
    const more = await crew(['resume', runId, '--state-dir', folder, '--max-calls', '60'], call);
    expect([more.code, more.stdout.split('\n')[0]]).toEqual([0, '# Review: changes requested']);
    rmSync(folder, { recursive: true, force: true });
  });
});
