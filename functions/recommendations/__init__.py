"""What would save money, and the rules that find it."""
