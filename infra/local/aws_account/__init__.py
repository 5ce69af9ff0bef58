"""A local service that plays one managed AWS account for the real SDK.

``start_in_thread`` for tests; ``python -m infra.local.aws_account`` for the embedded stack.
"""

from .options import EventTarget, Options
from .server import Server, start_in_thread

__all__ = ["EventTarget", "Options", "Server", "start_in_thread"]
