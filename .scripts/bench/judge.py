"""Judges solution.py by the tests on its standard input, JSON with Python texts in `tests` and what stands before the
solution in `head`: each runs in a process of its own, for at most 5 seconds of its own time. Prints the share that passed
as its last line; passes when all of them did. With the argument `many` it reads a list of such objects with a `solution`
each, and prints the list of their shares."""

import json
import os
import resource
import signal
import sys

SECONDS = 5


def passes(text):
    child = os.fork()
    if child == 0:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        signal.alarm(10 * SECONDS)
        try:
            exec(text, {"__name__": "__main__"})
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def share(solution, given):
    verdicts = [passes(f"{given['head']}\n{solution}\n\n{test}") for test in given["tests"]]
    return sum(verdicts) / len(verdicts)


given = json.load(sys.stdin)
if sys.argv[1:] == ["many"]:
    print(json.dumps([share(each["solution"], each) for each in given]))
    sys.exit(0)
score = share(open("solution.py", encoding="utf8").read(), given)
print(json.dumps({"score": score}))
sys.exit(0 if score == 1 else 1)
