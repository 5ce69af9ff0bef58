"""What VMs cost: bills collected as FOCUS rows, questions, forecasts, budgets, advice."""
