import type { Tool } from '../../ports/tool.ts';
import { openChange } from './change-call.ts';
import { withCheckout } from './checkout.ts';
import { writeFileChanges } from './file-changes.ts';
import { runCommand } from './run-command.ts';
import { CHANGE_TEST } from './specs.ts';

/** `change.test`: a test command on a revision, with further tests. Fails as `openChange`; a failing test is a result. */
export const changeTest: Tool = {
  spec: CHANGE_TEST,
  async call(args, context) {
    const { repository, commit, tests, command, timeoutMs } = await openChange(args, context);
    const run = await withCheckout({ repository, commit, context }, async checkout => {
      await writeFileChanges(checkout.folder, tests);
      return runCommand({ checkout, command, timeoutMs, signal: context.signal });
    });
    return { base: commit, ...run };
  },
};
