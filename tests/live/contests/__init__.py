"""The races, by what is fought over; a module enters its own when it is imported."""

CONTESTS = []


def contest(*, rounds: int):
    """Enter a race: it plays one round on a `Stage`, and there are `rounds` of them."""

    def enter(play):
        play.rounds = rounds
        CONTESTS.append(play)
        return play

    return enter
