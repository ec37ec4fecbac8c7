import type { Tool } from '../../ports/tool.ts';
import { textArgument } from '../arguments.ts';
import { findRequirements } from './find-requirements.ts';
import { CHANGE_REQUIREMENTS } from './specs.ts';

/** `change.requirements`: candidates of requirements in the text of a request. Deterministic; reads nothing else. */
export const changeRequirements: Tool = {
  spec: CHANGE_REQUIREMENTS,
  async call(args) {
    const { requirements, questions, excluded } = findRequirements(textArgument(args, 'text'));
    return { requirements: requirements.map(each => ({ ...each })), questions, excluded };
  },
};
