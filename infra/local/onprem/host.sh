# Run in namespaces of its own: libvirtd's fixed folders become the ones under $1.
set -e
for name in run lib cache etc; do mkdir -p "$1/$name"; done
rm -rf "$1"/run/*
mkdir -p /run/libvirt /var/lib/libvirt /var/cache/libvirt /etc/libvirt
mount --bind "$1/run" /run/libvirt
mount --bind "$1/lib" /var/lib/libvirt
mount --bind "$1/cache" /var/cache/libvirt
mount --bind "$1/etc" /etc/libvirt
hostname "$2"
ip link set lo up
mount -t proc proc /proc
# Not exec: QEMU's processes become children of the namespace's first, and a shell reaps them.
libvirtd -f /etc/libvirt/libvirtd.conf -p /run/libvirt/libvirtd.pid &
wait $!
