"""A reading NBD client: newstyle handshake, structured replies, block status.

https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
"""
