"""Elastic IP addresses, which a VPC that is no default one holds on to.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
"""

from __future__ import annotations

from moto.core.responses import ActionResult

from .base import LocalBase, refuse


class Addresses(LocalBase):
    def release_address(self) -> ActionResult:
        allocation = self._get_param("AllocationId")
        if not allocation:
            raise refuse("MissingParameter", "The request must contain the parameter AllocationId")
        [address] = self.ec2_backend.address_by_allocation([allocation])
        if address.eni and address.eni.subnet.vpc_id != self.ec2_backend.get_default_vpc().id:
            raise refuse("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        return super().release_address()
