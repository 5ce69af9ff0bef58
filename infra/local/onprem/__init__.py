"""An on-premises host of the embedded stack: libvirt and real QEMU guests, apart from the machine's
own libvirt."""
