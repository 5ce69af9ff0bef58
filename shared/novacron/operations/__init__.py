"""What every change goes through: submit, perform, observe, record, or compensate."""
