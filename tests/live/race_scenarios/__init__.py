"""The races, one module per contested resource; importing one registers its races."""

RACE_SCENARIOS = []
IDENTITY_SCENARIOS = []  # of `make races-identity`


def race_scenario(*, rounds: int, into: list = RACE_SCENARIOS):
    """Register a function that plays one round on a `Harness`; run `rounds` of them."""

    def register(scenario):
        scenario.rounds = rounds
        into.append(scenario)
        return scenario

    return register
