import type { Tool } from '../../ports/tool.ts';
import { openChange } from './change-call.ts';
import { withCheckout } from './checkout.ts';
import { fileChangesArgument, writeFileChanges } from './file-changes.ts';
import { makePatch } from './make-patch.ts';
import { type CommandRun, runCommand } from './run-command.ts';
import { CHANGE_CHECK } from './specs.ts';

/** Where tests stand by the habits of most languages. */
const TEST_PATH =
  /(?:^|\/)(?:tests?|specs?|__tests__)\/|[._-](?:test|spec)s?\.\w+$|(?:^|\/)test_[^/]*$|Tests?\.\w+$/;

/**
 * `change.check`: whether tests fail without a change and pass with it, and the change as a patch. Each run has a fresh
 * checkout and the patch is made before the command runs, so that what a command writes can neither help nor join the
 * change. Fails as `openChange`, `writeFileChanges` and `runCommand`.
 */
export const changeCheck: Tool = {
  spec: CHANGE_CHECK,
  async call(args, context) {
    const { repository, commit, tests, command, timeoutMs } = await openChange(args, context);
    const files = fileChangesArgument(args, 'files');
    const { signal } = context;
    const place = { repository, commit, context };
    // The run with the change comes first, so that a path that is not allowed is refused before anything runs.
    const { patch, paths, existing, after } = await withCheckout(place, async checkout => {
      const written = await writeFileChanges(checkout.folder, [...files, ...tests]);
      const made = await makePatch(checkout, written);
      return { ...made, after: await runCommand({ checkout, command, timeoutMs, signal }) };
    });
    const before = await withCheckout(place, async checkout => {
      await writeFileChanges(checkout.folder, tests);
      return runCommand({ checkout, command, timeoutMs, signal });
    });
    const reasons = [
      ...(before.passes ? ['the command passes without the change, so the tests do not show it'] : []),
      ...(after.passes ? [] : [`with the change the command does not pass: ${howItEnded(after)}`]),
    ];
    return {
      ok: reasons.length === 0,
      reasons,
      base: commit,
      before,
      after,
      fails_before: !before.passes,
      passes_after: after.passes,
      changed_tests: existing.filter(path => TEST_PATH.test(path)),
      patch,
      files_changed: paths.length,
      paths,
    };
  },
};

function howItEnded({ exit_code: exitCode, timed_out: timedOut }: CommandRun): string {
  if (timedOut) return 'its time was over';
  return exitCode === null ? 'it was stopped' : `exit code ${exitCode}`;
}
