"""A guest's own disk made ready for another cloud: facts, a plan, its application and its undoing.

Needs nothing but Python 3.9 and its standard library, since it also runs inside the guest.
"""
