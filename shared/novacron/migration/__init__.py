"""Moving VMs between providers: chunk store, transfer, plan, steps."""
