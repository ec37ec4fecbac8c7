import {
  acceptedContent,
  type InputRequests,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
  type ToolCallback,
} from '@modelcontextprotocol/server';
import { clientClaims } from '../client-claims.ts';
import { type FixtureState, textResult } from './fixture-schema.ts';

type Seal = (state: FixtureState) => Promise<string>;

/** Tools that ask in rounds: the call ends with questions, and comes again with the answers. */
export function registerRoundTools(server: McpServer, seal: Seal): void {
  const tool = (name: string, run: ToolCallback): void => {
    server.registerTool(name, { description: `The conformance suite calls it: ${name}` }, run);
  };
  tool('test_input_required_result_elicitation', ({ mcpReq }) => {
    const { name } = acceptedContent(mcpReq.inputResponses, 'user_name') ?? {};
    return typeof name === 'string' ? textResult(`Hello, ${name}!`) : ask({ user_name: askName });
  });
  tool('test_input_required_result_sampling', ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'capital_question');
    if (answer.kind !== 'sampling')
      return ask({ capital_question: sample('What is the capital of France?', 100) });
    return textResult(JSON.stringify(answer.result.content));
  });
  tool('test_input_required_result_list_roots', ({ mcpReq }) => {
    const answer = inputResponse(mcpReq.inputResponses, 'client_roots');
    if (answer.kind !== 'roots') return ask({ client_roots: inputRequired.listRoots() });
    return textResult(answer.roots.map(({ uri }) => uri).join('\n'));
  });
  for (const name of [
    'test_input_required_result_request_state',
    'test_input_required_result_tampered_state',
  ]) {
    tool(name, async ({ mcpReq }) => {
      const known = mcpReq.requestState<FixtureState>() !== undefined;
      if (known && acceptedContent(mcpReq.inputResponses, 'confirm') !== undefined)
        return textResult('state-ok');
      return inputRequired({ inputRequests: { confirm: askConfirm }, requestState: await seal({ step: 1 }) });
    });
  }
  tool('test_input_required_result_multiple_inputs', async ({ mcpReq }) => {
    const inputRequests = {
      user_name: askName,
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    };
    const answered = Object.keys(inputRequests).every(
      key => inputResponse(mcpReq.inputResponses, key).kind !== 'missing',
    );
    if (answered) return textResult('All questions were answered.');
    return inputRequired({ inputRequests, requestState: await seal({ step: 1 }) });
  });
  tool('test_input_required_result_multi_round', context => inThreeRounds(context, seal));
  tool('test_input_required_result_capabilities', context => {
    const able = clientClaims(server, context).capabilities;
    const inputRequests = {
      ...(able.elicitation === undefined ? {} : { user_name: askName }),
      ...(able.sampling === undefined ? {} : { greeting: sample('Generate a greeting', 50) }),
      ...(able.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(inputRequests).length === 0
      ? textResult('The client can do nothing.')
      : ask(inputRequests);
  });
  // What a client has not said it can do is refused where the answer leaves, whatever a tool asks for.
  tool('test_missing_capability', ({ mcpReq }) =>
    inputResponse(mcpReq.inputResponses, 'greeting').kind === 'sampling'
      ? textResult('The client can sample.')
      : ask({ greeting: sample('Generate a greeting', 50) }),
  );
}

async function inThreeRounds({ mcpReq }: ServerContext, seal: Seal) {
  const { step = 0 } = mcpReq.requestState<FixtureState>() ?? {};
  if (step === 2 && acceptedContent(mcpReq.inputResponses, 'step2') !== undefined)
    return textResult('Three rounds are over.');
  if (step >= 1 && acceptedContent(mcpReq.inputResponses, 'step1') !== undefined) {
    const step2 = askOne('Step 2: What is your favorite color?', 'color');
    return inputRequired({ inputRequests: { step2 }, requestState: await seal({ step: 2 }) });
  }
  const step1 = askOne('Step 1: What is your name?', 'name');
  return inputRequired({ inputRequests: { step1 }, requestState: await seal({ step: 1 }) });
}

function ask(inputRequests: InputRequests) {
  return inputRequired({ inputRequests });
}

/** A form with one field of text. */
export function askOne(message: string, field: string) {
  return inputRequired.elicit({
    mode: 'form',
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
  });
}

const askName = askOne('What is your name?', 'name');

const askConfirm = inputRequired.elicit({
  mode: 'form',
  message: 'Please confirm',
  requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
});

function sample(text: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text } }],
    maxTokens,
  });
}
