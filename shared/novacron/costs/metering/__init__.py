"""What VMs and volumes cost by the state history: one's own hosts, and clouds between bills."""
