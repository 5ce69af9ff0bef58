#!/bin/sh
# What udhcpc calls with a lease.
[ "$1" = bound ] || exit 0
ifconfig "$interface" "$ip" netmask "$subnet"
for gateway in $router; do route add default gw "$gateway" dev "$interface"; done
