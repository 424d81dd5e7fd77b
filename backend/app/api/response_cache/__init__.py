"""Responses that are sent again as they are, for as long as what they say holds.

A route allows it with ``allow_reuse``. The middleware in front of everything keeps the whole
response under what the request says, so that the same request needs neither routing nor guards:
both have let it pass before.
"""
