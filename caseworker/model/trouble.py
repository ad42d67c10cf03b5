"""What went wrong, said once to the user: one sentence in their language that says what to do."""


class Trouble(Exception):
    """Something that the user can mend; exit status 1 on the command line.

    The message is already in the user's language and shows no citizen text.
    """

    exit_status = 1


class HubOutOfReach(Trouble):
    """No line, TLS, 429, 5xx, or not a hub at all; work is kept (DESIGN §9, exit status 3)."""

    exit_status = 3
