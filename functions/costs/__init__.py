"""What VMs cost."""
