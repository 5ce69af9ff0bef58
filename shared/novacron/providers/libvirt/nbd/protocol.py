"""NBD's numbers and the form of its messages; all of it is big-endian.

https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md#values
"""

from __future__ import annotations

import errno
import struct

NBD_MAGIC = b"NBDMAGIC"
OPTION_MAGIC = b"IHAVEOPT"
OPTION_REPLY_MAGIC = 0x3E889045565A9
REQUEST_MAGIC = 0x25609513
STRUCTURED_MAGIC = 0x668E33EF

FIXED_NEWSTYLE = 1
NO_ZEROES = 2

OPT_STARTTLS = 5
OPT_GO = 7
OPT_STRUCTURED_REPLY = 8
OPT_SET_META_CONTEXT = 10

REP_ACK = 1
REP_INFO = 3
REP_META_CONTEXT = 4
REP_ERROR = 1 << 31
REP_ERR_TLS_REQD = REP_ERROR | 5
REP_ERR_UNKNOWN = REP_ERROR | 6
INFO_EXPORT = 0

CMD_READ = 0
CMD_DISC = 2
CMD_BLOCK_STATUS = 7

CHUNK_DONE = 1
CHUNK_NONE = 0
CHUNK_DATA = 1
CHUNK_HOLE = 2
CHUNK_BLOCK_STATUS = 5
CHUNK_ERROR = 1 << 15

STATE_ZERO = 2
"""Of ``base:allocation``: it reads as zeros."""
STATE_DIRTY = 1
"""Of ``qemu:dirty-bitmap:*``."""
BASE_ALLOCATION = "base:allocation"
DIRTY_BITMAP = "qemu:dirty-bitmap:"

HELLO = struct.Struct(">8s8sH")
OPTION = struct.Struct(">8sII")
OPTION_REPLY = struct.Struct(">QIII")
EXPORT_INFO = struct.Struct(">HQH")
REQUEST = struct.Struct(">IHHQQI")
CHUNK = struct.Struct(">IHHQI")
OFFSET = struct.Struct(">Q")
HOLE = struct.Struct(">QI")
ERROR = struct.Struct(">IH")
NUMBER = struct.Struct(">I")
DESCRIPTOR = struct.Struct(">II")

MOST_OPTION_REPLY = 64 * 1024
"""More than any answer to our options holds."""
MOST_REQUEST = 32 * 1024 * 1024
"""What every server takes without being asked (proto.md, "Size constraints")."""


def error_name(number: int) -> str:
    """NBD's errors are Linux's numbers."""
    return errno.errorcode.get(number, str(number))
