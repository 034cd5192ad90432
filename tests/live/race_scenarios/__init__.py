"""The races, one module per contested resource; importing one registers its races."""

RACE_SCENARIOS = []


def race_scenario(*, rounds: int):
    """Register a function that plays one round on a `Harness`; run `rounds` of them."""

    def register(scenario):
        scenario.rounds = rounds
        RACE_SCENARIOS.append(scenario)
        return scenario

    return register
