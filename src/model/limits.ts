/**
 * The ceilings that the runtime keeps and the plan counts with. They stand in one place, so that what `crew plan` says
 * cannot drift from what a run does.
 */

/** How often a model may mend an answer that does not fit, in one attempt of a phase; each time it is shown what is wrong. */
export const MAX_REPAIRS = 2;
/** How often one model call is sent, first try included, when the provider's failure may pass. */
export const MAX_TRIES = 3;
/** How many failed calls one attempt of a phase lives through, over all its turns; a resume gives new ones. */
export const MAX_FAILED_CALLS = 4;
/** How many tools one answer of a model may call; the rest is answered with an error. */
export const MAX_TOOL_CALLS_PER_TURN = 8;
/** Facts and events are kept whole, so a tool result has a size: characters of JSON. */
export const MAX_TOOL_RESULT_LENGTH = 1_048_576;
/** An answer of a model is kept whole too: characters of the JSON of its parts. */
export const MAX_ANSWER_LENGTH = 1_048_576;
/** What a model is told about its answer is cut after so many characters. */
export const MAX_PROBLEM_LENGTH = 4_000;
/** The longest wait before a call is sent again, in milliseconds. */
export const MAX_CALL_WAIT_MS = 60_000;
/** The longest exchange with a provider, in milliseconds. */
export const MAX_MODEL_CALL_MS = 600_000;
/** A pause between two attempts of a phase is never longer, in milliseconds, however often it was doubled. */
export const MAX_BACKOFF_MS = 3_600_000;
/** Model calls of one reply in a conversation, and of the turn that writes its artifact; repairs not counted. */
export const MAX_REPLY_TURNS = 16;
/** The same for a speaker without tools of its own that may only hand off. */
export const MAX_HAND_OFF_TURNS = 4;
/** A lesson, and what an evaluation says, are cut after so many characters; later attempts read them. */
export const MAX_LESSON_LENGTH = 4_000;
/** A task and an attempt that are quoted to whoever writes a lesson are cut after so many characters. */
export const MAX_QUOTED_LENGTH = 20_000;
/** What a person says to a role of a running run has at most so many characters. */
export const MAX_STEER_LENGTH = 4_000;
/** How often people may say something to roles of one run. */
export const MAX_STEERS = 100;
/** How often a tool may ask a person in one call; after that it is told that nobody is there. */
export const MAX_ASKED_PER_CALL = 20;
/** What a tool asks a person is kept whole: characters of JSON; a longer question is not asked. */
export const MAX_ASKED_LENGTH = 65_536;
/** Reading or writing memory takes at most so many milliseconds; then the work goes on without. */
export const MAX_MEMORY_MS = 60_000;
/** The most characters of one note of memory. */
export const MAX_NOTE_LENGTH = 2_000;
/** What a tool of memory gives back has at most about so many tokens. */
export const MAX_MEMORY_RESULT_TOKENS = 2_000;
/** What stands for the messages that a context does not hold any more has at most about so many tokens. */
export const MAX_SUMMARY_TOKENS = 400;

/** Most bytes of the message that tells a model that its context fills up. */
export const MAX_WARNING_BYTES = 500;
