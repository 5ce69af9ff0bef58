"""Bills as the clouds export them, made of charges that are known: for tests, proofs and the stack.

``charges.month`` makes the charges; ``aws``, ``azure`` and ``gcp`` write them in each documented
export's schema. What a reader makes of the files must add up to what the charges say.
"""
